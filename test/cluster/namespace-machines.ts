/**
 * Machines that are network namespaces, each with an address of its own, on one bridge that has a
 * namespace too; this process's end of a cable to the bridge is the only thing outside. The name of
 * the cable, `starling7`, takes the subnet 198.18.7.0/24 (a range for tests of networks) for this
 * run alone.
 *
 * A line is cut by sending into the void: every machine knows the hardware addresses of all others
 * by heart (there is no ARP), and a cut gives the sender a wrong one. So packets of connections
 * that stand vanish at once and in silence, in one direction, as in a broken network; a route would
 * tell the sender.
 *
 * Names hold the run's mark; what a killed run left is removed by the next one.
 */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { Cuts, type Line } from './cuts.ts'
import { httpGet } from './http-get.ts'
import { ip, ipShow, tc } from './ip.ts'
import { theOne } from './loopback-machines.ts'
import type { BadLines, Direction, Machine, Machines, SpawnOptions } from './machine.ts'
import { MachineProcesses } from './machine-processes.ts'
import { askInside, removeLeftNamespaces, removeNamespacesNow } from './namespaces.ts'
import {
  makeMarkedFolder,
  markOfThisRun,
  removeLeftFolders,
  removeMarkedFolder,
} from './running.ts'

interface Port {
  readonly name: string
  /** Undefined: this process's. */
  readonly namespace: string | undefined
  readonly device: string
  readonly address: string
  readonly hardware: string
}

const subnetsMax = 255
const nowhere = '02:00:00:00:00:00'
const device = 'eth0'

/** The first that the kernel has. `tbf`: 1 Mbit/s with a queue of 50 ms. */
const badLineKinds: readonly [BadLines, string][] = [
  ['netem', 'netem delay 60ms 30ms loss 5%'],
  ['tbf', 'tbf rate 1mbit burst 4kb latency 50ms'],
]

export class NamespaceMachines implements Machines {
  readonly about: string
  readonly canCut = true
  readonly badLines: BadLines
  readonly all: readonly Machine[]
  readonly here: Machine
  readonly folder: string
  readonly #ports: readonly Port[]
  readonly #hub: string
  readonly #processes: MachineProcesses
  readonly #cuts = new Cuts()
  readonly #atExit = () => this.#removeNow()

  /** Throws where the system does not let it. */
  static async make(names: readonly string[]): Promise<NamespaceMachines> {
    await removeLeftNamespaces()
    removeLeftFolders()
    const mark = `${markOfThisRun()}${randomBytes(3).toString('hex')}-`
    const hub = `${mark}hub`
    const namespaces = [hub, ...names.map((name) => mark + name)]
    try {
      await ip(undefined, ...namespaces.map((name) => `netns add ${name}`))
      const subnet = await takeSubnet(hub)
      const ports = portsOf(names, { mark, subnet })
      for (const port of ports) await plugIn(port, { hub, ports })
      const badLines = await findBadLines(ports[1]!)
      return new NamespaceMachines(ports, hub, badLines)
    } catch (error) {
      removeNamespacesNow(namespaces)
      throw error
    }
  }

  private constructor(ports: readonly Port[], hub: string, badLines: BadLines) {
    const [here, ...others] = ports
    this.badLines = badLines
    this.about =
      `each in a network namespace of its own; bad lines by ${badLines}` +
      (badLines === 'netem' ? '' : ', this kernel has no netem')
    this.#ports = ports
    this.#hub = hub
    this.folder = makeMarkedFolder()
    this.#processes = new MachineProcesses(this.folder)
    this.here = this.#machine(here!)
    this.all = others.map((port) => this.#machine(port))
    process.once('exit', this.#atExit)
  }

  get(name: string): Machine {
    return theOne(this.all, name)
  }

  async remove(): Promise<void> {
    await this.#processes.end()
    process.off('exit', this.#atExit)
    this.#removeNow()
  }

  #removeNow(): void {
    this.#processes.killAll()
    removeMarkedFolder(this.folder)
    removeNamespacesNow([this.#hub, ...this.#ports.flatMap(({ namespace }) => namespace ?? [])])
  }

  #machine(port: Port): Machine {
    const { name, namespace, address } = port
    return {
      name,
      address,
      port: async (wished) => wished,
      spawn: (command, options) => this.#spawn(port, command, options),
      ask: (number, path) =>
        namespace === undefined
          ? httpGet('127.0.0.1', number, path)
          : askInside(namespace, number, path),
      cut: (direction, from) => this.#cut(name, direction, from),
      worsen: () => this.#worsen(port),
      heal: () => this.#heal(port),
    }
  }

  #spawn(port: Port, command: readonly string[], options: SpawnOptions = {}): ChildProcess {
    if (port.namespace === undefined) throw new Error('here runs nothing')
    return this.#processes.start(['ip', 'netns', 'exec', port.namespace, ...command], options)
  }

  async #cut(owner: string, direction: Direction, from: readonly Machine[]): Promise<void> {
    const names = from.map(({ name }) => name)
    await this.#direct(this.#cuts.cut(owner, direction, names), () => nowhere)
  }

  async #worsen(port: Port): Promise<void> {
    const kind = badLineKinds.find(([name]) => name === this.badLines)
    if (kind === undefined) throw new Error('no bad lines here; look at badLines first')
    await tc(port.namespace, `qdisc replace dev ${port.device} root ${kind[1]}`)
  }

  async #heal(port: Port): Promise<void> {
    await this.#direct(this.#cuts.heal(port.name), (to) => to.hardware)
    if (this.badLines === 'none' || port.namespace === undefined) return
    const shown = await ipShow('-n', port.namespace, 'link', 'show', 'dev', port.device)
    if (!/qdisc noqueue/.test(shown)) {
      await tc(port.namespace, `qdisc del dev ${port.device} root`)
    }
  }

  /** Tells the senders which hardware address to use. */
  async #direct(lines: readonly Line[], hardwareOf: (to: Port) => string): Promise<void> {
    await Promise.all(
      this.#ports.map(async (from) => {
        const own = lines.filter((line) => line.from === from.name)
        const told = own.map((line) => {
          const to = this.#ports.find(({ name }) => name === line.to)!
          return neighbour(from, to, hardwareOf(to))
        })
        if (told.length > 0) await ip(from.namespace, ...told)
      }),
    )
  }
}

function portsOf(
  names: readonly string[],
  { mark, subnet }: { mark: string; subnet: number },
): readonly Port[] {
  const port = (name: string, at: number) => ({
    name,
    address: `198.18.${subnet}.${at + 1}`,
    hardware: `02:53:00:00:00:${(at + 1).toString(16).padStart(2, '0')}`,
  })
  return [
    { ...port('here', 0), namespace: undefined, device: cableName(subnet) },
    ...names.map((name, at) => ({ ...port(name, at + 1), namespace: mark + name, device })),
  ]
}

function cableName(subnet: number): string {
  return `starling${subnet}`
}

/** Lays the cable from here to the bridge; nobody else can have one of the same name. */
async function takeSubnet(hub: string): Promise<number> {
  await ip(hub, 'link add bridge type bridge', 'link set bridge up')
  for (let subnet = 0; subnet < subnetsMax; subnet += 1) {
    try {
      await ip(undefined, `link add ${cableName(subnet)} type veth peer name here netns ${hub}`)
      return subnet
    } catch (error) {
      if (!/File exists/.test(String(error))) throw error
    }
  }
  throw new Error(`all ${subnetsMax} subnets of 198.18.0.0/16 are taken`)
}

async function plugIn(
  port: Port,
  { hub, ports }: { hub: string; ports: readonly Port[] },
): Promise<void> {
  const { name, namespace, address, hardware } = port
  const plug = name === 'here' ? name : `p${ports.indexOf(port)}`
  const cable = `link add ${plug} type veth peer name ${device} netns ${namespace}`
  await ip(hub, ...(namespace === undefined ? [] : [cable]), `link set ${plug} master bridge up`)
  await ip(
    namespace,
    ...(namespace === undefined ? [] : ['link set lo up']),
    `link set ${port.device} address ${hardware}`,
    `address add ${address}/24 dev ${port.device}`,
    `link set ${port.device} up`,
    ...ports.flatMap((other) => (other === port ? [] : [neighbour(port, other, other.hardware)])),
  )
}

function neighbour(from: Port, to: Port, hardware: string): string {
  return `neighbour replace ${to.address} lladdr ${hardware} dev ${from.device} nud permanent`
}

async function findBadLines(port: Port): Promise<BadLines> {
  for (const [name, qdisc] of badLineKinds) {
    try {
      await tc(port.namespace, `qdisc add dev ${port.device} root ${qdisc}`)
      await tc(port.namespace, `qdisc del dev ${port.device} root`)
      return name
    } catch (error) {
      if (!/qdisc kind is unknown|No such file|ENOENT/.test(String(error))) throw error
    }
  }
  return 'none'
}
