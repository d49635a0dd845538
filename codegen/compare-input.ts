import { gunzipSync } from 'node:zlib';
import { canonical } from './canonical.js';
import type { ComparedDocument } from './compare.js';
import type { ComparedTool, ComparedTools } from './compare-operation.js';
import { examine } from './distil.js';
import { type Document, loadDocument } from './document.js';
import { CodegenError, type Problem } from './errors.js';

/** Where documents are read from. Each answers undefined for what is not there. */
export interface Shelves {
  /** Names of the documents in `specs/` of the working tree, without extension. */
  names(): Promise<readonly string[]>;
  file(path: string): Promise<Buffer | undefined>;
  /** @throws CodegenError when there is no such revision */
  committed(revision: string, path: string): Promise<Buffer | undefined>;
  /** @throws CodegenError when it does not answer with success */
  download(url: string): Promise<string>;
}

/** One side of a comparison: everything in `specs/`, of the working tree or a revision, or one document. */
interface Side {
  /** Absent: the working tree. */
  readonly revision?: string;
  readonly one?: { readonly name: string; readonly document: Document; readonly defects: readonly Problem[] };
}

/** What is compared, and what an import of the published documents would refuse. */
export interface Compared {
  readonly documents: readonly ComparedDocument[];
  readonly tools: ComparedTools;
  readonly defects: readonly Problem[];
}

const TOOLS = 'generated/tools.json';

/**
 * What `spec:diff <before> <after>` compares. Each is a git revision, which stands for the whole of `specs/` there, or one
 * document: a file, an https URL, or `<revision>:<path>`; distilled JSON, also gzipped, or YAML as Okta publishes it.
 * @param before default: the last commit
 * @param after default: the working tree
 * @throws CodegenError with what cannot be found or read
 */
export async function readComparison(shelves: Shelves, before = 'HEAD', after?: string): Promise<Compared> {
  const [old, now]: Side[] = [await sideOf(shelves, before), after === undefined ? {} : await sideOf(shelves, after)];
  const tools = { before: await toolsOf(shelves, old!), after: await toolsOf(shelves, now!) };
  if ((old!.one === undefined) !== (now!.one === undefined)) {
    const [one, all] = old!.one === undefined ? [after!, before] : [before, after ?? 'the working tree'];
    const message = `is one document, but ${all} stands for all of specs/`;
    throw new CodegenError([{ file: one, message, fix: 'name two documents, or two git revisions' }]);
  }
  if (old!.one !== undefined && now!.one !== undefined) {
    const { name, document, defects } = now!.one;
    return {
      documents: [{ name, before: old!.one.document, after: document }],
      tools,
      defects: [...old!.one.defects, ...defects],
    };
  }
  const documents = (await shelves.names()).map(async (name): Promise<ComparedDocument> => {
    const path = `specs/${name}.json`;
    const [was, is] = [await read(shelves, old!, path), await read(shelves, now!, path)];
    return {
      name,
      ...(was === undefined ? {} : { before: documentOf(was, path).document }),
      ...(is === undefined ? {} : { after: documentOf(is, path).document }),
    };
  });
  return { documents: await Promise.all(documents), tools, defects: [] };
}

async function sideOf(shelves: Shelves, argument: string): Promise<Side> {
  const one = (bytes: Buffer) => ({ name: nameOf(argument), ...documentOf(bytes, argument) });
  if (/^https:\/\//.test(argument)) return { one: one(Buffer.from(await shelves.download(argument))) };
  const file = await shelves.file(argument);
  if (file !== undefined) return { one: one(file) };
  const [, revision, path] = /^([^:]+):(.+)$/.exec(argument) ?? [];
  if (revision === undefined || path === undefined) {
    await shelves.committed(argument, TOOLS);
    return { revision: argument };
  }
  const committed = await shelves.committed(revision, path);
  if (committed === undefined) throw new CodegenError([{ file: argument, message: 'is not in that revision' }]);
  return { revision, one: one(committed) };
}

function read(shelves: Shelves, { revision }: Side, path: string): Promise<Buffer | undefined> {
  return revision === undefined ? shelves.file(path) : shelves.committed(revision, path);
}

/** The tools generated on that side; those of the working tree for a document from elsewhere. */
async function toolsOf(shelves: Shelves, side: Side): Promise<readonly ComparedTool[]> {
  const bytes = (await read(shelves, side, TOOLS)) ?? (await shelves.file(TOOLS));
  return bytes === undefined ? [] : (JSON.parse(bytes.toString('utf8')) as { tools: ComparedTool[] }).tools;
}

function nameOf(path: string): string {
  return path.replace(/^.*[/\\:]/, '').replace(/(\.json|\.ya?ml)?(\.gz)?$/, '');
}

/** Distilled documents are JSON, published ones YAML. Gzip by its magic number (RFC 1952 section 2.3.1). */
function documentOf(bytes: Buffer, file: string): { document: Document; defects: readonly Problem[] } {
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (zipped ? gunzipSync(bytes) : bytes).toString('utf8');
  if (!text.trimStart().startsWith('{')) {
    const { document, problems } = examine(text, file);
    // In the order of keys it would have in specs/: the order decides which media type is taken.
    return { document: loadDocument(canonical(document)), defects: problems };
  }
  const document = loadDocument(text);
  if (document.paths === undefined || document.components === undefined) {
    throw new CodegenError([{ file, message: 'is no document that spec:import wrote' }]);
  }
  return { document, defects: [] };
}
