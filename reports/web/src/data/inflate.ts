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

export async function inflate(text: string): Promise<Uint8Array> {
  const trimmed = text.trim();
  if (trimmed === "") return new Uint8Array(0);
  const stream = new Blob([fromBase64(trimmed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
