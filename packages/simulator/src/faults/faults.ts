/** All faults there are; a storm draws from them. */
import type { Fault } from './fault.ts'
import { logFaults } from './log-faults.ts'
import { networkFaults } from './network-faults.ts'
import { processFaults } from './process-faults.ts'

export const faults: readonly Fault[] = [...processFaults, ...networkFaults, ...logFaults]
