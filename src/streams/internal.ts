/** What the other folders of this repository use of `streams`, and users of the package do not. */
export { isSize } from './queues/size';
export { currentOf } from './state/currentOf';
export { inspectableModule } from './state/inspectable';
export { LazyState } from './state/lazyState';
export { longestDelay } from './time/deadline';
export { yieldToInput } from './time/yieldToInput';
