import { InMemoryTransport, type JSONRPCMessage } from '@modelcontextprotocol/server';
import fc from 'fast-check';
import { expect } from 'vitest';
import { OPEN_FOR } from '../../src/tools/confirm.js';
import { createStands, type Stand } from './confirm-world.js';

// Generated sequences of hostile confirmations. What is judged is the journal of the org: a call that nobody confirmed
// never arrives there, one that was confirmed arrives once.

type Args = Readonly<Record<string, unknown>>;

interface Call {
  readonly tool: string;
  readonly args: Args;
}

/** A call that must be confirmed, and calls like it that a seal of it must not open. */
interface Case extends Call {
  readonly other: Args;
  readonly otherTool: Call;
  /** The same against the server itself. */
  readonly self?: Args;
  readonly privileged?: true;
  /** So many requests act once it is confirmed; 1 by default. */
  readonly acts?: number;
  /** Somebody else changes the target. */
  touch(): Promise<Response>;
}

/** Where a question is asked and answered. */
const CHANNELS = ['toolbox', 'two-step', '2026-07-28', '2025-11-25'] as const;
type Channel = (typeof CHANNELS)[number];

interface Outcome {
  readonly isError: boolean;
  /** The seal of a question that was asked. */
  readonly seal?: string;
  readonly text: string;
}

interface Given {
  readonly action?: string;
  readonly content?: unknown;
  readonly caller?: string;
  readonly signal?: AbortSignal;
  readonly stand?: Stand;
  /** Sends no answer at all, only the seal. */
  readonly silent?: true;
}

export interface Step {
  readonly attack: number;
  readonly roll: number;
}

export interface Sequence {
  readonly channel: Channel;
  readonly about: number;
  readonly target: number;
  readonly steps: readonly Step[];
  /** Before which step somebody confirms for real; beyond the last one, at the end; undefined, never. */
  readonly legitimate: number | undefined;
}

export const sequences: fc.Arbitrary<Sequence> = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  about: fc.nat(1000),
  target: fc.nat(1000),
  steps: fc.array(fc.record({ attack: fc.nat(10_000), roll: fc.nat(1_000_000) }), { minLength: 1, maxLength: 4 }),
  legitimate: fc.option(fc.nat(4), { freq: 1, nil: undefined }),
});

export interface Tally {
  sequences: number;
  /** Sequences in which a call was really confirmed. */
  legitimate: number;
  readonly attacks: Record<string, number>;
}

const YES = { action: 'accept', content: { confirm: true } };
/** Answers that look like a yes and are none. */
const NOT_TICKED = [
  {},
  { confirm: false },
  { confirm: 'true' },
  { confirm: 1 },
  { confirm: null },
  { Confirm: true },
  { confirm: [true] },
  { yes: true },
  undefined,
];

export async function createAttacks(): Promise<{ run(sequence: Sequence): Promise<void>; tally: Tally }> {
  const { here, there, clock } = createStands();
  const users = (await (await here.admin('GET', '/api/v1/users?limit=40')).json()) as { id: string }[];
  const groups = (
    (await (await here.admin('GET', '/api/v1/groups?limit=100')).json()) as { id: string; type: string }[]
  ).filter(({ type }) => type === 'OKTA_GROUP');
  const powerful = groups[0]!.id;
  for (const stand of [here, there]) {
    expect((await stand.admin('POST', `/api/v1/groups/${powerful}/roles`, { type: 'HELP_DESK_ADMIN' })).ok).toBe(true);
  }
  const wires = new Map<Stand, Legacy>();
  const tally: Tally = { sequences: 0, legitimate: 0, attacks: {} };

  function caseOf({ about, target, channel }: Sequence): Case {
    const user = users[1 + (target % (users.length - 3))]!.id;
    const another = users[users.length - 1]!.id;
    // No case makes this one an administrator, whose login only a person may let change.
    const powerless = users[users.length - 2]!.id;
    const group = groups[1 + (target % (groups.length - 1))]!.id;
    let turn = 0;
    const fresh = () => {
      turn += 1;
      return `${turn} ${clock.now} ${tally.sequences}`;
    };
    const touch = (id: string) => () =>
      here.admin('POST', `/api/v1/users/${id}`, {
        profile: { title: fresh() },
      });
    const touchUser = touch(user);
    const touchGroup = (id: string) => () =>
      here.admin('PUT', `/api/v1/groups/${id}`, {
        profile: { name: `Group ${id}`, description: fresh() },
      });
    const login = `${powerless.toLowerCase()}@atlasworks.example`;
    const body = { profile: { firstName: 'Jo', lastName: 'Doe', email: login, login, title: 'As agreed' } };
    const cases: Case[] = [
      {
        tool: 'revoke_user_sessions',
        args: { userId: user },
        other: { userId: another },
        otherTool: { tool: 'reset_factors', args: { id: user } },
        self: { userId: 'me' },
        touch: touchUser,
      },
      {
        tool: 'reset_factors',
        args: { id: user },
        other: { id: another },
        otherTool: { tool: 'suspend_user', args: { id: user } },
        self: { id: ' ME ' },
        touch: touchUser,
      },
      {
        tool: 'replace_user',
        args: { id: powerless, body },
        other: { id: powerless, body: { profile: { ...body.profile, title: 'As  agreed' } } },
        otherTool: { tool: 'delete_group', args: { groupId: group } },
        self: { id: 'me', body: { profile: { title: 'As agreed' } } },
        touch: touch(powerless),
      },
      {
        tool: 'remove_user_from_group',
        args: { groupId: group, userId: user },
        other: { groupId: group, userId: another },
        otherTool: { tool: 'deactivate_user', args: { id: user } },
        self: { groupId: group, userId: here.who },
        touch: touchGroup(group),
      },
      {
        tool: 'assign_role_to_user',
        args: { userId: user, body: { type: 'READ_ONLY_ADMIN' } },
        other: { userId: user, body: { type: 'SUPER_ADMIN' } },
        otherTool: { tool: 'assign_role_to_group', args: { groupId: group, body: { type: 'READ_ONLY_ADMIN' } } },
        self: { userId: 'me', body: { type: 'SUPER_ADMIN' } },
        privileged: true,
        touch: touchUser,
      },
      {
        tool: 'add_user_to_group',
        args: { groupId: powerful, userId: user },
        other: { groupId: powerful, userId: another },
        otherTool: { tool: 'remove_user_from_group', args: { groupId: powerful, userId: user } },
        privileged: true,
        touch: touchGroup(powerful),
      },
      {
        tool: 'run_batch',
        args: { tool: 'revoke_user_sessions', calls: [{ userId: user }, { userId: another }] },
        other: { tool: 'revoke_user_sessions', calls: [{ userId: another }, { userId: user }] },
        otherTool: { tool: 'run_batch', args: { tool: 'suspend_user', calls: [{ id: user }, { id: another }] } },
        self: { tool: 'revoke_user_sessions', calls: [{ userId: user }, { userId: 'me' }] },
        acts: 2,
        touch: touchUser,
      },
    ];
    const usable = cases.filter(({ privileged }) => !privileged || channel !== 'two-step');
    return usable[about % usable.length]!;
  }

  async function run(sequence: Sequence): Promise<void> {
    const about = caseOf(sequence);
    const channel = channelOf(sequence.channel);
    const names = Object.keys(channel.attacks);
    const before = { here: here.writes(), there: there.writes() };
    let confirmed = 0;
    const expectWrites = (what: string) => {
      const got = { here: here.writes() - before.here, there: there.writes() - before.there };
      expect(got, `${sequence.channel}, ${about.tool}: ${what}`).toEqual({ here: confirmed, there: 0 });
    };
    const confirm = async (what: string) => {
      confirmed += about.acts ?? 1;
      await channel.confirm(about);
      expectWrites(what);
    };
    for (const [at, step] of sequence.steps.entries()) {
      if (sequence.legitimate === at) await confirm('confirmed');
      const name = names[step.attack % names.length]!;
      const skipped = name === 'against itself' && !about.self;
      if (skipped) continue;
      tally.attacks[name] = (tally.attacks[name] ?? 0) + 1;
      confirmed += (about.acts ?? 1) * (await channel.attacks[name]!(about, step.roll));
      expectWrites(name);
    }
    if (sequence.legitimate !== undefined && sequence.legitimate >= sequence.steps.length) await confirm('confirmed');
    tally.sequences += 1;
    if (confirmed > 0) tally.legitimate += 1;
  }

  interface Driver {
    confirm(about: Case): Promise<void>;
    /** @returns how many times the call was really confirmed on the way */
    readonly attacks: Record<string, (about: Case, roll: number) => Promise<number>>;
  }

  function channelOf(channel: Channel): Driver {
    return channel === '2025-11-25' ? legacyDriver() : sealedDriver(channel);
  }

  /** Channels in which the client holds the seal. */
  function sealedDriver(channel: Exclude<Channel, '2025-11-25'>): Driver {
    const send = SENDERS[channel];
    const ask = async (call: Call, stand = here, given: Given = {}) => {
      const { seal, text } = await send(stand, call, undefined, given);
      if (seal === undefined) throw new Error(`${call.tool} was not asked for: ${text}`);
      return seal;
    };
    const give = (call: Call, seal: string | undefined, given: Given = YES) =>
      send(given.stand ?? here, call, seal, given);
    const refused = async (outcome: Promise<Outcome>, codes?: RegExp) => {
      const { isError, seal, text } = await outcome;
      expect(isError || seal !== undefined, text).toBe(true);
      if (codes) expect(text).toMatch(codes);
      return 0;
    };
    const invalid = /"code":"confirmation_invalid"/;
    const attacks: Driver['attacks'] = {
      async 'other arguments'(about) {
        return refused(give({ ...about, args: about.other }, await ask(about)), invalid);
      },
      async 'other tool'(about) {
        return refused(give(about.otherTool, await ask(about)), invalid);
      },
      async replay(about, roll) {
        const seal = await ask(about);
        await give(about, seal);
        for (let again = 0; again <= roll % 3; again += 1) await refused(give(about, seal), invalid);
        return 1;
      },
      async 'two at once'(about, roll) {
        const seal = await ask(about);
        await Promise.all(Array.from({ length: 2 + (roll % 3) }, () => give(about, seal)));
        return 1;
      },
      async tampered(about, roll) {
        const [seal, second] = [await ask(about), await ask(about)];
        const at = roll % seal.length;
        const flipped = seal.slice(0, at) + (seal[at] === 'A' ? 'B' : 'A') + seal.slice(at + 1);
        const variants = [flipped, seal.slice(0, -1), `${seal}A`, seal.slice(0, at) + second.slice(at), `${seal}=`];
        const variant = variants[roll % variants.length]!;
        if (variant === seal || variant === second) return 0;
        return refused(give(about, variant), invalid);
      },
      async invented(about, roll) {
        const bytes = Buffer.alloc(28 + (roll % 300), roll % 251).toString('base64url');
        const guesses = ['yes', 'true', '', 'confirmed', bytes, JSON.stringify({ confirm: true }), 'x'.repeat(3000)];
        return refused(give(about, guesses[roll % guesses.length]!), invalid);
      },
      async expired(about, roll) {
        const seal = await ask(about);
        clock.now += OPEN_FOR + (roll % 2) * (roll % 10_000_000);
        return refused(give(about, seal), invalid);
      },
      async 'other principal'(about) {
        const seal = await ask(about);
        const who = here.who;
        here.who = '0oaAnotherServer0000';
        try {
          return await refused(give(about, seal), invalid);
        } finally {
          here.who = who;
        }
      },
      async 'other org'(about) {
        return refused(give(about, await ask(about), { ...YES, stand: there }), invalid);
      },
      async 'changed target'(about) {
        const seal = await ask(about);
        expect((await about.touch()).ok).toBe(true);
        await refused(give(about, seal), /"code":"target_changed"/);
        return refused(give(about, seal), invalid);
      },
      async 'other way of asking'(about) {
        if (about.privileged) return refused(SENDERS['two-step'](here, about, await ask(about), YES));
        const otherWay = channel === 'two-step' ? 'toolbox' : 'two-step';
        const seal = (await SENDERS[otherWay](here, about, undefined, {})).seal;
        return refused(give(about, seal), invalid);
      },
      async 'against itself'(about) {
        const outcome = await send(here, { ...about, args: about.self! }, undefined, {});
        expect(outcome.seal).toBeUndefined();
        return refused(Promise.resolve(outcome), /"code":"target_is_self"/);
      },
    };
    if (channel !== '2026-07-28') {
      attacks['other caller'] = async (about) => {
        const seal = await ask(about, here, { caller: 'alice' });
        return refused(give(about, seal, { ...YES, caller: 'bob' }), invalid);
      };
      attacks['client gave up'] = async (about) => {
        const seal = await ask(about);
        return refused(give(about, seal, { ...YES, signal: AbortSignal.abort() }));
      };
    }
    if (channel !== 'two-step') {
      const no = (given: Given) => async (about: Case) => {
        const seal = await ask(about);
        await refused(give(about, seal, given), /"code":"confirmation_declined"/);
        // A no stays a no.
        return refused(give(about, seal), invalid);
      };
      attacks.declined = no({ action: 'decline' });
      attacks.cancelled = no({ action: 'cancel', content: { confirm: true } });
      attacks['no answer'] = no({ silent: true });
      attacks['not ticked'] = (about, roll) =>
        no({ action: 'accept', content: NOT_TICKED[roll % NOT_TICKED.length] })(about);
      attacks['answer without question'] = async (about) => {
        const outcome = give(about, undefined);
        expect((await outcome).seal).toBeDefined();
        return refused(outcome);
      };
    }
    return {
      attacks,
      async confirm(about) {
        await give(about, await ask(about));
      },
    };
  }

  /** Before 2026-07-28 the seal never leaves the server; the client is asked while the call waits. */
  function legacyDriver(): Driver {
    const wire = async (stand = here) => {
      let session = wires.get(stand);
      if (!session) {
        session = await Legacy.connect(stand);
        wires.set(stand, session);
      }
      return session;
    };
    const refused = async (about: Call, answer: Responder, more: object = {}) => {
      const { isError, text } = await (await wire()).call(about, answer, more);
      expect(isError, text).toBe(true);
      return 0;
    };
    return {
      async confirm(about) {
        await (await wire()).call(about, () => ({ result: YES }));
      },
      attacks: {
        declined: (about) => refused(about, () => ({ result: { action: 'decline' } })),
        cancelled: (about) => refused(about, () => ({ result: { action: 'cancel', content: { confirm: true } } })),
        'not ticked': (about, roll) => {
          const content = NOT_TICKED[roll % NOT_TICKED.length];
          return refused(about, () => ({ result: { action: 'accept', ...(content && { content }) } }));
        },
        'error instead of an answer': (about, roll) =>
          refused(about, () => ({ error: { code: [-32603, -32001, -1][roll % 3]!, message: 'no' } })),
        'broken answer': (about, roll) => {
          const answers = [
            {},
            { action: 'yes' },
            { content: { confirm: true } },
            { action: true, content: { confirm: true } },
          ];
          return refused(about, () => ({ result: answers[roll % answers.length]! }));
        },
        'changed target': (about) =>
          refused(about, async () => {
            expect((await about.touch()).ok).toBe(true);
            return { result: YES };
          }),
        expired: (about) =>
          refused(about, () => {
            clock.now += OPEN_FOR;
            return { result: YES };
          }),
        'other principal': async (about) => {
          const who = here.who;
          try {
            return await refused(about, () => {
              here.who = '0oaAnotherServer0000';
              return { result: YES };
            });
          } finally {
            here.who = who;
          }
        },
        'answer without question': (about) =>
          refused(about, () => ({ result: { action: 'decline' } }), {
            inputResponses: { confirm: YES },
            requestState: 'invented',
            _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } },
          }),
        'client gave up': async (about) => {
          await (await wire()).abandon(about, YES);
          return 0;
        },
        replay: async (about) => {
          await (await wire()).call(about, () => ({ result: YES, twice: true }));
          return 1;
        },
        'against itself': (about) =>
          refused({ ...about, args: about.self! }, () => {
            throw new Error('asked about itself');
          }),
      },
    };
  }

  return { run, tally };
}

/** How a call is made, and with a seal answered, through each channel whose client holds the seal. */
const SENDERS: Record<
  Exclude<Channel, '2025-11-25'>,
  (stand: Stand, call: Call, seal: string | undefined, given: Given) => Promise<Outcome>
> = {
  async toolbox({ toolbox }, { tool, args }, seal, { action, content, caller, signal, silent }) {
    const answer = silent
      ? { state: seal, action: 'none' as const }
      : { state: seal, action: action as 'accept', ...(content !== undefined && { content: content as Args }) };
    const given = action !== undefined || silent;
    const result = await toolbox.call(tool, args, {
      canAsk: true,
      ...(caller !== undefined && { caller }),
      ...(signal && { signal }),
      ...(given && seal !== undefined && { answer }),
    });
    return outcomeOf(result);
  },
  async 'two-step'({ toolbox }, { tool, args }, seal, { caller, signal }) {
    const given = { ...args, ...(seal !== undefined && { confirmation: seal }) };
    const context = { canAsk: false, ...(caller !== undefined && { caller }), ...(signal && { signal }) };
    return outcomeOf(await toolbox.call(tool, given, context));
  },
  async '2026-07-28'(stand, { tool, args }, seal, { action, content, silent }) {
    const { result, error } = (await stand.post({
      method: 'tools/call',
      params: {
        name: tool,
        arguments: args,
        _meta: MODERN,
        ...(seal !== undefined && { requestState: seal }),
        ...(action !== undefined && !silent && { inputResponses: { confirm: { action, content } } }),
      },
    })) as { result?: { requestState?: string; content?: unknown; isError?: boolean }; error?: { message: string } };
    if (!result) return { isError: true, text: error?.message ?? '' };
    if (result.requestState !== undefined) return { isError: false, seal: result.requestState, text: 'asked' };
    return outcomeOf(result);
  },
};

const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '0' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
};

function outcomeOf(result: object): Outcome {
  const {
    ask,
    isError = false,
    content,
  } = result as {
    ask?: { state: string };
    isError?: boolean;
    content: { text: string }[];
  };
  if (ask) return { isError: false, seal: ask.state, text: 'asked' };
  const { text } = content[0]!;
  const token = /"code":"confirmation_required","confirmation":"([\w-]+)"/.exec(text)?.[1];
  return { isError, text, ...(token !== undefined && { seal: token }) };
}

type Reply = { readonly result?: object; readonly error?: object; readonly twice?: true };
type Responder = () => Reply | Promise<Reply>;
type Message = { id?: unknown; method?: string; result?: object; error?: { message: string } };

/** A client of 2025-11-25 that answers elicitation requests as it is told. */
export class Legacy {
  #id = 0;
  #responder: Responder = () => ({ error: { code: -1, message: 'not expected' } });
  #asked = (_id: unknown) => {};
  readonly #waiting = new Map<unknown, (message: Message) => void>();

  private constructor(private readonly near: InMemoryTransport) {
    near.onmessage = (message) => void this.#take(message as Message);
  }

  static async connect(stand: Stand): Promise<Legacy> {
    const [near, far] = InMemoryTransport.createLinkedPair();
    const legacy = new Legacy(near);
    await Promise.all([stand.serve().connect(far), near.start()]);
    const capabilities = { elicitation: {} };
    const clientInfo = { name: 'test', version: '0' };
    await legacy.#ask('initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo });
    return legacy;
  }

  async call({ tool, args }: Call, responder: Responder, more: object = {}): Promise<Outcome> {
    this.#responder = responder;
    const { result, error } = await this.#ask('tools/call', { name: tool, arguments: args, ...more });
    return result ? outcomeOf(result) : { isError: true, text: error?.message ?? '' };
  }

  /** Cancels the call once asked, and answers all the same. */
  async abandon({ tool, args }: Call, answer: object): Promise<void> {
    const asked = new Promise<unknown>((resolve) => {
      this.#asked = resolve;
    });
    this.#responder = () => new Promise(() => {});
    void this.#ask('tools/call', { name: tool, arguments: args });
    const requestId = this.#id;
    const question = await asked;
    await this.#send({ method: 'notifications/cancelled', params: { requestId } });
    await this.#send({ id: question, result: answer });
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async #take(message: Message): Promise<void> {
    if (message.method === 'elicitation/create') {
      this.#asked(message.id);
      const { twice, ...reply } = await this.#responder();
      for (let time = 0; time < (twice ? 2 : 1); time += 1) await this.#send({ id: message.id, ...reply });
    } else this.#waiting.get(message.id)?.(message);
  }

  #ask(method: string, params: object): Promise<Message> {
    const id = ++this.#id;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      void this.#send({ id, method, params });
    });
  }

  #send(message: object): Promise<void> {
    return this.near.send({ jsonrpc: '2.0', ...message } as JSONRPCMessage);
  }
}

/** Runs generated sequences and answers what they held. */
export async function attack(count: number, seed: number): Promise<Tally> {
  const { run, tally } = await createAttacks();
  await fc.assert(fc.asyncProperty(sequences, run), { numRuns: count, seed, endOnFailure: true });
  return tally;
}
