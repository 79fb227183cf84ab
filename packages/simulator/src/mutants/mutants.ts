/** All mutants. Each must be caught by a seed or by a story. */
import { backendMutants } from './backend-mutants.ts'
import { clientMutants } from './client-mutants.ts'
import { frontendMutants } from './frontend-mutants.ts'
import type { Mutant } from './mutant.ts'
import { roomMutants } from './room-mutants.ts'
import { secretMutants } from './secret-mutants.ts'

export const mutants: readonly Mutant[] = [
  ...roomMutants,
  ...backendMutants,
  ...frontendMutants,
  ...clientMutants,
  ...secretMutants,
]
