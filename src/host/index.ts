export { HostNic, type HostNicOptions, type Lookup } from './hostNic';
