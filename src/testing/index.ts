export type { Talk } from './memoryNetwork';
export { MemoryNetwork } from './memoryNetwork';
export { type Rule, type ScriptedModem, scriptedModem, type ScriptedModemOptions } from './scriptedModem';
export { type VirtualModem, virtualModem, type VirtualModemOptions } from './virtualModem';
