/** Machines that are all this machine: told apart by ports. Lines between them cannot be cut. */
import type { ChildProcess } from 'node:child_process'
import { FreePorts } from './free-ports.ts'
import { httpGet } from './http-get.ts'
import type { Answer, Machine, Machines, SpawnOptions } from './machine.ts'
import { MachineProcesses } from './machine-processes.ts'
import { makeMarkedFolder, removeLeftFolders, removeMarkedFolder } from './running.ts'

export class LoopbackMachines implements Machines {
  readonly about: string
  readonly canCut = false
  readonly badLines = 'none'
  readonly all: readonly Machine[]
  readonly here: Machine
  readonly folder: string
  readonly #processes: MachineProcesses
  readonly #atExit = () => {
    this.#processes.killAll()
    removeMarkedFolder(this.folder)
  }

  /** `why`: why they are not machines of their own. */
  constructor(names: readonly string[], why: string) {
    removeLeftFolders()
    this.about = `all on loopback, no partitions, no bad lines: ${why}`
    this.folder = makeMarkedFolder()
    this.#processes = new MachineProcesses(this.folder)
    const parts = { ports: new FreePorts(), processes: this.#processes }
    this.all = names.map((name) => new LoopbackMachine(name, parts))
    this.here = new LoopbackMachine('here', parts)
    process.once('exit', this.#atExit)
  }

  get(name: string): Machine {
    return theOne(this.all, name)
  }

  async remove(): Promise<void> {
    await this.#processes.end()
    process.off('exit', this.#atExit)
    removeMarkedFolder(this.folder)
  }
}

class LoopbackMachine implements Machine {
  readonly name: string
  readonly address = '127.0.0.1'
  readonly #ports: FreePorts
  readonly #processes: MachineProcesses

  constructor(name: string, parts: { ports: FreePorts; processes: MachineProcesses }) {
    this.name = name
    this.#ports = parts.ports
    this.#processes = parts.processes
  }

  async port(): Promise<number> {
    const [port] = await this.#ports.take(1)
    return port!
  }

  spawn(command: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return this.#processes.start(command, options)
  }

  ask(port: number, path: string): Promise<Answer | undefined> {
    return httpGet(this.address, port, path)
  }

  async cut(): Promise<void> {
    throw new Error(`${this.name} is on loopback, which cannot be cut; look at canCut first`)
  }

  async worsen(): Promise<void> {
    throw new Error(`${this.name} is on loopback, which stays good; look at badLines first`)
  }

  async heal(): Promise<void> {}
}

export function theOne(machines: readonly Machine[], name: string): Machine {
  const found = machines.find((machine) => machine.name === name)
  if (found === undefined) {
    throw new Error(`no machine ${name}; there are ${machines.map((one) => one.name).join(', ')}`)
  }
  return found
}
