import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recognise } from '../../src/tools/file-format.js';
import { bytes, FILES } from '../pictures.js';

describe('a format is told from the content', () => {
  test.each(Object.entries(FILES))('%s', (format, file) => {
    expect(recognise(file)?.format).toBe(format);
  });

  test.each([
    ['GIF87a', bytes(['GIF87a', 1, 0, 1, 0, 0, 0, 0]), 'gif'],
    ['JPEG with Exif', bytes([0xff, 0xd8, 0xff, 0xe1, 0, 8, 'Exif', 0, 0]), 'jpeg'],
    ['SVG after comments', bytes(['<!-- a --><!--> <svg> -->\n<svg/>']), 'svg'],
    ['SVG in a comment', bytes(['<!-- <svg/> -->']), undefined],
    ['SVG alone', bytes(['<svg></svg>']), 'svg'],
    ['SVG after a byte order mark', bytes([0xef, 0xbb, 0xbf, '<svg/>']), 'svg'],
    [
      'SVG with a document type',
      bytes(['<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">\n<svg width="1">']),
      'svg',
    ],
    ['SVG with entities of its own', bytes(['<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>']), undefined],
    ['another element that begins so', bytes(['<svgfoo/>']), undefined],
    ['SVG inside a web page', bytes(['<html><svg/></html>']), undefined],
    ['SVG in UTF-16', new Uint8Array(Buffer.from('<svg/>', 'utf16le')), undefined],
    ['a chain of certificates', bytes([...Array(2).fill(new TextDecoder().decode(FILES.pem))]), undefined],
    ['a private key', bytes(['-----BEGIN PRIVATE KEY-----\nMAMCAQE=\n-----END PRIVATE KEY-----\n']), undefined],
    ['DER with something behind it', bytes([0x30, 0x81, 3, 2, 1, 1, 0]), undefined],
    ['DER that was cut off', bytes([0x30, 0x82, 1, 0, 2, 1, 1]), undefined],
    ['a BMP', bytes(['BM', 0, 0, 0, 0]), undefined],
    ['a cursor, which looks like an icon', bytes([0, 0, 2, 0, 1, 0, ...Array(20).fill(1)]), undefined],
    ['an icon without pictures', bytes([0, 0, 1, 0, 0, 0, ...Array(20).fill(1)]), undefined],
    ['PNG that was cut off', bytes([0x89, 'PNG', 0x0d, 0x0a, 0x1a, 0x0a]), undefined],
    ['nothing', new Uint8Array(), undefined],
    ['text', bytes(['hello']), undefined],
  ])('%s', (_, file, want) => {
    expect(recognise(file)?.format).toBe(want);
  });
});

test.each([
  ['png', FILES.png!, [{ width: 64, height: 64 }]],
  ['gif', FILES.gif!, [{ width: 64, height: 32 }]],
  ['ico', FILES.ico!, [{ width: 32, height: 32 }]],
  ['ico, where 0 stands for 256', bytes([0, 0, 1, 0, 1, 0, 0, 0, ...Array(14).fill(0)]), [{ width: 256, height: 256 }]],
  ['jpeg, which says it later', FILES.jpeg!, undefined],
])('the size of a picture: %s', (_, file, want) => {
  expect(recognise(file)?.pictures).toEqual(want);
});

test.each([
  ['comments', '<!--a-->'.repeat(100_000)],
  ['a comment that does not end', `${'<!--a-->'.repeat(1000)}<!--${'a'.repeat(5_000_000)}`],
  ['blanks', ' '.repeat(5_000_000)],
  ['processing instructions', '<?xml?>'.repeat(100_000)],
  ['a processing instruction that does not end', `<?xml${'a'.repeat(5_000_000)}`],
  ['blanks in a document type', `<!DOCTYPE${' '.repeat(5_000_000)}`],
  ['a certificate that does not end', `-----BEGIN CERTIFICATE-----\n${'A'.repeat(5_000_000)}`],
])('%s in front of something else cost no more than reading them', (_, start) => {
  expect(recognise(bytes([`${start}x`]))).toBeUndefined();
});

test('nothing makes it fail', () => {
  const magic = fc.constantFrom(...Object.values(FILES), new Uint8Array());
  fc.assert(
    fc.property(magic, fc.uint8Array({ maxLength: 60 }), fc.nat(30), (start, rest, cut) => {
      recognise(new Uint8Array([...start.subarray(0, cut), ...rest]));
    }),
  );
});
