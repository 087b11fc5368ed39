// The bytes of the tables: base64 of one gzip member.

interface Base64Reader {
  fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
}

/// Of a million operations the text has some 10 MB: atob's string in between is worth avoiding.
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as unknown as Base64Reader).fromBase64;
  if (native) return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/// Exactly `length` bytes; written to the stream in one piece, for a Blob would go through another
/// process first.
export async function inflate(text: string, length: number): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array(0);
  const stream = new DecompressionStream("gzip");
  const writer = stream.writable.getWriter();
  // a damaged member fails here and at the reader, which is the one that is listened to
  writer.write(fromBase64(text.trim())).catch(() => undefined);
  writer.close().catch(() => undefined);
  const bytes = new Uint8Array(length);
  let at = 0;
  const reader = stream.readable.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (at + part.value.length > length)
      throw new Error("the tables are longer than the report says");
    bytes.set(part.value, at);
    at += part.value.length;
  }
  if (at < length) throw new Error("the tables of the report are cut off");
  return bytes;
}
