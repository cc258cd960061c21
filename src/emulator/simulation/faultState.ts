/** The faults in force. The parts of the modem check them here. */
export class FaultState {
  busy = false;
  silent = false;
  logLeak = false;
  losePrompt = false;
  loseReply = false;
  /** The text that replaces the next result: `''` for nothing. */
  result: string | undefined;
  loseNotice = false;
  loseClosed = false;
  keepWaiting: { readonly overtake: boolean } | undefined;
  cutBlock: { readonly after: number | undefined } | undefined;
  sendFail: { readonly thenOk: boolean } | undefined;

  /** Whether an unsolicited message is lost. Each fault loses one. */
  swallows(message: string): boolean {
    if (this.loseNotice && /^\r\n\+IPD,(?:\d,)?\d+\r\n$/.test(message)) {
      this.loseNotice = false;
      return true;
    }
    if (this.loseClosed && /^(?:\d,)?CLOSED\r\n$/.test(message)) {
      this.loseClosed = false;
      return true;
    }
    return false;
  }

  /** Returns the text that replaces a print that may end an answer. The fault changes one result. */
  ending(print: string | Buffer): string | Buffer {
    const { result } = this;
    if (result === undefined || typeof print !== 'string' || !/(?:OK|ERROR|FAIL)\r\n$/.test(print)) return print;
    this.result = undefined;
    return result === '' ? '' : `\r\n${result}\r\n`;
  }

  /** The beginning of a block that is cut short, or `undefined` if this print is not. */
  cut(print: Buffer): Buffer | undefined {
    if (this.cutBlock === undefined) return undefined;
    const header = /^(?:\r\n)?\+(?:IPD,(?:\d,)?\d+[^:\r\n]*:|CIPRECVDATA[,:]\d+[,:])/.exec(
      print.toString('latin1', 0, 80),
    );
    if (header === null) return undefined;
    const [{ length }] = header;
    const { after = (print.length - length) >> 1 } = this.cutBlock;
    this.cutBlock = undefined;
    return print.subarray(0, length + after);
  }

  clear(): void {
    Object.assign(this, new FaultState());
  }
}
