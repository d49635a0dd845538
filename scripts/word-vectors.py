"""words/vocabulary.txt and words/vectors.bin; words/SOURCE.md says from what, and how to run it.

A sentence model tells where each word lies. From there the words are moved until what people say for one operation
(words/sayings.txt) is close together, and far from what they say for all others.
"""

import json
import re
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

DIMENSIONS = 128
# Most frequent words kept, beside those that our own texts use.
FREQUENT = 12_000
# Of a text that everybody uses, a word tells little (Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline", 2017);
# how often it is used falls with its rank (Zipf).
COMMON, SHARE = 1e-3, 0.08
LONGEST = 24

STEPS, RATE, BATCH = 80, 0.005, 4096
# Chance that a word of a saying is left out, and of each of two words that have nothing to do with it being added: an
# administrator names people, apps and places that no saying has.
LEFT_OUT, ADDED = 0.3, 0.5
# How much the distances of the sentence model count, and how dearly a word moves on its own.
TEACHER, STAY = 5.0, 10.0

folder = Path(sys.argv[1])


def words_of(text):
    """As `WordVectors` reads a text."""
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text).lower()
    return re.findall(r"[a-z0-9]+", re.sub(r"['’]s\b", "", text))


# The sentence model: BERT (Devlin et al., 2019), the mean of all tokens, unit length.
model = {name: jnp.array(value) for name, value in load_file(folder / "model.safetensors").items() if value.ndim > 0}
config = json.loads((folder / "config.json").read_text())
HEADS, LAYERS, EPSILON = config["num_attention_heads"], config["num_hidden_layers"], config["layer_norm_eps"]


def linear(x, name):
    return x @ model[f"{name}.weight"].T + model[f"{name}.bias"]


def normal(x, name):
    deviation = x - x.mean(-1, keepdims=True)
    variance = (deviation**2).mean(-1, keepdims=True)
    return deviation / jnp.sqrt(variance + EPSILON) * model[f"{name}.weight"] + model[f"{name}.bias"]


def unit(x):
    return x / jnp.sqrt((x * x).sum(-1, keepdims=True) + 1e-9)


@jax.jit
def encode(tokens, used):
    count, length = tokens.shape
    x = model["embeddings.word_embeddings.weight"][tokens]
    x += model["embeddings.position_embeddings.weight"][:length] + model["embeddings.token_type_embeddings.weight"][0]
    x = normal(x, "embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            linear(x, f"{layer}.attention.self.{part}").reshape(count, length, HEADS, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        attention = query @ key.transpose(0, 1, 3, 2) / np.sqrt(query.shape[-1])
        attention = jax.nn.softmax(jnp.where(used[:, None, None, :], attention, -1e9), -1)
        mixed = (attention @ value).transpose(0, 2, 1, 3).reshape(count, length, -1)
        x = normal(linear(mixed, f"{layer}.attention.output.dense") + x, f"{layer}.attention.output.LayerNorm")
        inner = jax.nn.gelu(linear(x, f"{layer}.intermediate.dense"), approximate=False)
        x = normal(linear(inner, f"{layer}.output.dense") + x, f"{layer}.output.LayerNorm")
    return unit((x * used[:, :, None]).sum(1) / used.sum(1, keepdims=True))


def places_of(texts, batch=512):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    encoded = [tokenizer.encode(text).ids for text in texts]
    order = np.argsort([len(each) for each in encoded], kind="stable")
    places = np.zeros((len(texts), config["hidden_size"]), np.float32)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        length = -(-max(len(encoded[row]) for row in rows) // 4) * 4
        tokens = np.zeros((batch, length), np.int32)
        used = np.zeros((batch, length), bool)
        used[:, 0] = True
        for at, row in enumerate(rows):
            tokens[at, : len(encoded[row])] = encoded[row]
            used[at, : len(encoded[row])] = True
        places[rows] = np.asarray(encode(tokens, used))[: len(rows)]
    return places


lines = [line for line in Path("words/sayings.txt").read_text().split("\n") if line and not line.startswith("#")]
said = [line.split(": ", 1)[1].split(" | ") for line in lines]
sayings = [saying for each in said for saying in each]
operation = np.array([number for number, each in enumerate(said) for _ in each])

frequent = [word for word in (folder / "vocab.txt").read_text().split("\n") if re.fullmatch("[a-z0-9]+", word)]
own = {word for path in ("words/sayings.txt", "generated/tools.json") for word in words_of(Path(path).read_text())}
words = [word for rank, word in enumerate(frequent) if rank < FREQUENT or word in own]
words += sorted(own - set(frequent))
NONE = len(words)
rank_of = {word: rank for rank, word in enumerate(words)}

texts = np.full((len(sayings), LONGEST), NONE, np.int32)
for row, saying in enumerate(sayings):
    known = [rank_of[word] for word in words_of(saying) if word in rank_of][:LONGEST]
    texts[row, : len(known)] = known
taught = np.zeros((NONE + 1, 1), np.float32)
taught[texts] = 1
taught[NONE] = 0

teacher = jnp.array(places_of(sayings))
start = places_of(words)
start -= start.mean(0)
axes = np.linalg.svd(start, full_matrices=False)[2][:DIMENSIONS].T
start = jnp.array(np.vstack([start, np.zeros((1, start.shape[1]), np.float32)]))
commonness = np.append(np.log(COMMON / (COMMON + SHARE / (np.arange(NONE) + 3))), -20.0).astype(np.float32)

# All words turn and weigh together (axes, theme); those of sayings also on their own (moved, weight).
parameters = {
    "axes": jnp.array(axes),
    "theme": jnp.zeros(start.shape[1]),
    "moved": jnp.zeros((NONE + 1, DIMENSIONS)),
    "weight": jnp.zeros(NONE + 1),
    "sharpness": jnp.array(3.0),
}


def table(p):
    weight = jnp.exp(commonness + p["weight"] * taught[:, 0] + start @ p["theme"])
    return weight[:, None] * (start @ p["axes"] + p["moved"] * taught)


def loss(p, key):
    vectors = table(p)
    place = lambda rows: unit(vectors[rows].sum(1))
    keys = jax.random.split(key, 4)
    whole = place(texts)
    together = jax.ops.segment_sum(whole, operation, len(said))
    some = jax.random.choice(keys[0], len(texts), (BATCH,), replace=False)
    kept = jnp.where(jax.random.bernoulli(keys[1], 1 - LEFT_OUT, (BATCH, LONGEST)), texts[some], NONE)
    noise = jnp.where(
        jax.random.bernoulli(keys[2], ADDED, (BATCH, 2)), jax.random.randint(keys[3], (BATCH, 2), 300, NONE), NONE
    )
    asked = place(jnp.concatenate([kept, noise], 1))
    # A saying must be near to the others of its operation, not to itself.
    others = unit(together[operation[some]] - whole[some])
    sharpness = jnp.exp(p["sharpness"])
    right = sharpness * (asked * others).sum(1)
    scores = (sharpness * (asked @ unit(together).T)).at[jnp.arange(BATCH), operation[some]].set(right)
    wrong = (jax.nn.logsumexp(scores, 1) - right).mean()
    few = some[:1024]
    strayed = ((whole[few] @ whole[few].T - teacher[few] @ teacher[few].T) ** 2).mean()
    moved = ((p["moved"] * taught) ** 2).sum() / taught.sum() / DIMENSIONS * 100
    return wrong + TEACHER * strayed + STAY * moved


@jax.jit
def step(p, mean, square, number, key):
    """Adam (Kingma and Ba, 2015); the rate falls in the second half."""
    value, gradient = jax.value_and_grad(loss)(p, key)
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
    square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, square, gradient)
    rate = RATE * jnp.minimum(1, (STEPS - number + 1) / (STEPS / 2))
    change = lambda x, m, s: x - rate * (m / (1 - 0.9**number)) / (jnp.sqrt(s / (1 - 0.999**number)) + 1e-8)
    return jax.tree.map(change, p, mean, square), mean, square, value


texts, operation = jnp.array(texts), jnp.array(operation)
mean = square = jax.tree.map(jnp.zeros_like, parameters)
key = jax.random.PRNGKey(0)
for number in range(1, STEPS + 1):
    key, own_key = jax.random.split(key)
    parameters, mean, square, value = step(parameters, mean, square, float(number), own_key)
    if number % 20 == 0:
        print(number, float(value), flush=True)

vectors = np.asarray(table(parameters))[:NONE]
largest = np.abs(vectors).max(1)
Path("words/vectors.bin").write_bytes(np.round(vectors / largest[:, None] * 127).astype(np.int8).tobytes())
# What every value of a word's row is to be multiplied by; only proportions matter.
scale = largest / largest.max()
Path("words/vocabulary.txt").write_text("".join(f"{word} {s:.3g}\n" for word, s in zip(words, scale)))
print(f"{NONE} words, {vectors.size} bytes")
