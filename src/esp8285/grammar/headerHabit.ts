/**
 * Whether the modem prints a header directly behind a block. Almost every firmware prints a line end between them, so a
 * header behind a block that ends in one shows that the block has taken it. But some AT 1.x prints none
 * (MaJerle/ESP8266_AT_Commands_parser issue 27), and there such a block is whole.
 */
export class HeaderHabit {
  private isGluing = false;

  /** Whether it was seen with the last header that shows it. */
  get gluesHeaders(): boolean {
    return this.isGluing;
  }

  /** This has come behind a block, as far as it has come. A block that ends in half a line end may have lost bytes. */
  followed(end: string, following: string): void {
    if (following.startsWith('\r\n+IPD,')) this.isGluing = false;
    else if (following.startsWith('+IPD,') && !/[\r\n]$/.test(end)) this.isGluing = true;
  }

  /** A header comes this many bytes behind a block that does not end like a message. */
  came(bytesBetween: number): void {
    this.isGluing = bytesBetween === 0;
  }
}
