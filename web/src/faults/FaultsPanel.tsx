import type { Source } from '../sources/source';

/** The faults that the virtual modem can be given, and the speed of time. */
export function FaultsPanel({ source }: { readonly source: Source }) {
  return <div class="panel-body" data-source={source.kind} />;
}
