/** Namespaces where the system lets us have them, loopback elsewhere or when it is asked for. */
import { LoopbackMachines } from './loopback-machines.ts'
import type { Machines } from './machine.ts'
import { NamespaceMachines } from './namespace-machines.ts'

export type MachineKind = 'namespaces' | 'loopback'

export async function openMachines(
  names: readonly string[],
  wished: MachineKind = 'namespaces',
): Promise<Machines> {
  const why = wished === 'loopback' ? 'so wished' : await whyNoNamespaces()
  if (why !== undefined) return new LoopbackMachines(names, why)
  return NamespaceMachines.make(names)
}

/** Undefined where they can be made. It makes some and removes them again. */
export async function whyNoNamespaces(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux'
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  try {
    const trial = await NamespaceMachines.make(['trial'])
    await trial.remove()
    return undefined
  } catch (error) {
    return `no network namespaces (${(error as Error).message})`
  }
}
