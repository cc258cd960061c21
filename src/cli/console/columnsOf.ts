/** The width of a terminal, or the usual one where there is none. */
export function columnsOf(stream: NodeJS.WritableStream): number {
  return 'columns' in stream && typeof stream.columns === 'number' && stream.columns > 0 ? stream.columns : 80;
}
