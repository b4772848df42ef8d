/** Texts as C has them: bytes with a zero behind, and tables of their addresses. */

/** @param {string[]} texts */
export const encodeAll = (texts) => texts.map((text) => new TextEncoder().encode(`${text}\0`));

/** @param {Uint8Array[]} parts */
export const sizeOf = (parts) => parts.reduce((sum, part) => sum + part.length, 0);

/**
 * Writes texts one behind the other, and their addresses.
 *
 * @param {Uint8Array[]} texts
 * @param {ArrayBuffer} memory
 * @param {number} table
 * @param {number} at
 */
export function putAll(texts, memory, table, at) {
  const view = new DataView(memory, table);
  for (const [i, text] of texts.entries()) {
    view.setUint32(i * 4, at, true);
    new Uint8Array(memory).set(text, at);
    at += text.length;
  }
}
