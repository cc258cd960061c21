const headEnd = '\r\n\r\n';

/** A reply of HTTP/1.0, joined from its chunks. */
export class HttpReply {
  private readonly chunks: Buffer[] = [];
  private head: string | undefined;

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.head ??= headOf(this.chunks);
  }

  /** The total number of bytes, once the server has told it. */
  get size(): number | undefined {
    const [, length] = /^content-length: *(\d+)/im.exec(this.head ?? '') ?? [];
    return length === undefined || this.head === undefined ? undefined : this.head.length + Number(length);
  }

  /**
   * The body of the reply.
   *
   * @throws Error when the server has refused the request, or when a part is missing.
   */
  get body(): Buffer {
    const all = Buffer.concat(this.chunks);
    if (this.head === undefined) throw new Error(`the server's reply ends after ${all.length} bytes, in its header`);
    const [status = ''] = this.head.split('\r\n', 1);
    if (!/^HTTP\/1\.\d 200/.test(status)) throw new Error(`the server says: ${status}`);
    if (this.size !== undefined && all.length !== this.size)
      throw new Error(`the server's reply ends after ${all.length} of ${this.size} bytes`);
    return all.subarray(this.head.length);
  }
}

/** The header with the empty line after it, once that has come. */
function headOf(chunks: readonly Buffer[]): string | undefined {
  const text = Buffer.concat(chunks).toString('latin1');
  const end = text.indexOf(headEnd);
  return end < 0 ? undefined : text.slice(0, end + headEnd.length);
}
