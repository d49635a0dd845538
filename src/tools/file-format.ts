/** What a file is, by its content. */
export interface Recognised {
  /** As `FileInput.types` names it. */
  readonly format: 'png' | 'jpeg' | 'gif' | 'ico' | 'svg' | 'pem' | 'der';
  /** Of every picture in it, in pixels, where its format says it in its first bytes. */
  readonly pictures?: readonly { readonly width: number; readonly height: number }[];
}

/** What file names say about formats. */
export const EXTENSIONS: Readonly<Record<string, Recognised['format'] | readonly Recognised['format'][]>> = {
  png: 'png',
  jpg: 'jpeg',
  jpeg: 'jpeg',
  gif: 'gif',
  ico: 'ico',
  svg: 'svg',
  pem: 'pem',
  der: 'der',
  // Both are used for either encoding.
  crt: ['pem', 'der'],
  cer: ['pem', 'der'],
};

/**
 * The format of a file by its first bytes: PNG (W3C PNG section 5.2), JPEG (ITU-T T.81 annex B), GIF (GIF89a section 17),
 * ICO, SVG as UTF-8 text whose first element is `svg`, a certificate as PEM (RFC 7468 section 5) or DER (X.690: one
 * SEQUENCE that holds all). Undefined when it is none of them.
 */
export function recognise(bytes: Uint8Array): Recognised | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) && bytes.length >= 24) {
    return { format: 'png', pictures: [{ width: view.getUint32(16), height: view.getUint32(20) }] };
  }
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return { format: 'jpeg' };
  if (/^GIF8[79]a/.test(ascii(bytes, 6)) && bytes.length >= 10) {
    return { format: 'gif', pictures: [{ width: view.getUint16(6, true), height: view.getUint16(8, true) }] };
  }
  const pictures = iconsOf(bytes, view);
  if (pictures) return { format: 'ico', pictures };
  if (isSequence(bytes)) return { format: 'der' };
  const text = utf8(bytes);
  if (text === undefined) return undefined;
  if (isCertificate(text)) return { format: 'pem' };
  return isSvg(text) ? { format: 'svg' } : undefined;
}

// No pattern below runs over text of any length: in a process that has compiled many patterns V8 no longer optimises
// further ones, and megabytes of blanks would then overflow the stack it goes back on.

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

function isCertificate(text: string): boolean {
  const whole = text.trim();
  const between = whole.slice(BEGIN.length, -END.length);
  const framed = whole.startsWith(BEGIN) && whole.endsWith(END) && /^\s./s.test(between);
  return framed && !/[^\sA-Za-z0-9+/=]/.test(between);
}

/** Step by step: one pattern for all that may come first could be made to try every way to take comments together. */
function isSvg(text: string): boolean {
  let rest = text.trimStart();
  for (let length = prologue(rest); length > 0; length = prologue(rest)) rest = rest.slice(length).trimStart();
  return /^<svg[\s/>]/.test(rest);
}

/** Length of the comment, XML declaration or document type that comes first; 0 when something else does. */
function prologue(text: string): number {
  if (text.startsWith('<!--')) {
    const end = text.indexOf('-->', '<!--'.length);
    return end === -1 ? 0 : end + '-->'.length;
  }
  const head = text.slice(0, text.indexOf('>') + 1);
  if (head.startsWith('<?xml')) return head.endsWith('?>') ? head.length : 0;
  const type = head.startsWith('<!DOCTYPE') ? head.slice('<!DOCTYPE'.length) : '';
  return /^\s/.test(type) && type.trimStart().startsWith('svg') && !type.includes('[') ? head.length : 0;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

function ascii(bytes: Uint8Array, length: number): string {
  return String.fromCharCode(...bytes.subarray(0, length));
}

/** In the directory of an icon 0 stands for 256. */
function iconsOf(bytes: Uint8Array, view: DataView): { width: number; height: number }[] | undefined {
  if (!startsWith(bytes, [0, 0, 1, 0]) || bytes.length < 22) return undefined;
  const count = view.getUint16(4, true);
  if (count === 0 || bytes.length < 6 + 16 * count) return undefined;
  return Array.from({ length: count }, (_, at) => ({
    width: bytes[6 + 16 * at]! || 256,
    height: bytes[7 + 16 * at]! || 256,
  }));
}

function isSequence(bytes: Uint8Array): boolean {
  const [tag, first = 0] = bytes;
  if (tag !== 0x30 || first < 0x80) return false;
  const octets = first & 0x7f;
  if (octets < 1 || octets > 3 || bytes.length < 2 + octets) return false;
  const length = bytes.subarray(2, 2 + octets).reduce((sum, byte) => sum * 256 + byte, 0);
  return bytes.length === 2 + octets + length;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
