/**
 * What befalls the ways between machines: cuts both ways or one way, resets, slow and lossy paths.
 */
import type { Cluster } from '../cluster/cluster.ts'
import type { Path } from '../network/path.ts'
import type { Random } from '../random.ts'
import type { Fault, Trouble } from './fault.ts'

interface Pair {
  readonly a: string
  readonly b: string
}

function linkPair(cluster: Cluster, random: Random): Pair {
  return { a: random.pick(cluster.frontends).name, b: random.pick(cluster.backends).name }
}

function clientPair(cluster: Cluster, random: Random): Pair | undefined {
  const client = random.pickMaybe(cluster.clients)
  return client && { a: client.name, b: random.pick(cluster.frontends).name }
}

function closed(on: string, paths: readonly Path[]): Trouble {
  for (const path of paths) path.close()
  return {
    on,
    end: () => {
      for (const path of paths) path.open()
    },
  }
}

/** Both ways, or only one: then one side is heard and the other is not. */
function cut(cluster: Cluster, random: Random, pair: Pair | undefined): Trouble | undefined {
  if (pair === undefined) return undefined
  const there = cluster.paths.between(pair.a, pair.b)
  const back = cluster.paths.between(pair.b, pair.a)
  const paths = random.weighted([
    [[there, back], 2],
    [[there], 1],
    [[back], 1],
  ] as const)
  return closed(paths.map((path) => `${path.from}>${path.to}`).join(' '), paths)
}

function slow(cluster: Cluster, random: Random, pair: Pair): Trouble {
  const path = cluster.paths.between(pair.a, pair.b)
  const extraMs = random.fraction(50, 900)
  path.extraDelayMs += extraMs
  return {
    on: `${pair.a}>${pair.b}`,
    end: () => {
      path.extraDelayMs -= extraMs
    },
  }
}

function reset(cluster: Cluster, pair: Pair): Trouble {
  cluster.links.reset(pair.a, pair.b)
  cluster.clientNetwork.reset(pair.a, pair.b)
  return { on: `${pair.a}-${pair.b}`, end: () => undefined }
}

export const networkFaults: readonly Fault[] = [
  {
    name: 'link-cut',
    weight: 5,
    lastsMs: [50, 4_000],
    begin: (cluster, random) => cut(cluster, random, linkPair(cluster, random)),
  },
  {
    name: 'client-cut',
    weight: 4,
    lastsMs: [50, 6_000],
    begin: (cluster, random) => cut(cluster, random, clientPair(cluster, random)),
  },
  {
    name: 'link-reset',
    weight: 3,
    lastsMs: [0, 0],
    begin: (cluster, random) => reset(cluster, linkPair(cluster, random)),
  },
  {
    name: 'client-reset',
    weight: 4,
    lastsMs: [0, 0],
    begin: (cluster, random) => {
      const pair = clientPair(cluster, random)
      return pair && reset(cluster, pair)
    },
  },
  {
    name: 'slow-path',
    weight: 3,
    lastsMs: [100, 3_000],
    begin: (cluster, random) => {
      const pair = random.isHit(0.5) ? linkPair(cluster, random) : clientPair(cluster, random)
      if (pair === undefined) return undefined
      return slow(cluster, random, random.isHit(0.5) ? pair : { a: pair.b, b: pair.a })
    },
  },
  {
    name: 'backend-cut-from-all',
    weight: 2,
    lastsMs: [100, 4_000],
    begin: (cluster, random) => {
      const backend = random.pick(cluster.backends).name
      const paths = cluster.frontends.flatMap(({ name }) => [
        cluster.paths.between(name, backend),
        cluster.paths.between(backend, name),
      ])
      return closed(backend, paths)
    },
  },
  {
    name: 'slow-reader',
    weight: 3,
    lastsMs: [500, 4_000],
    begin: (cluster, random) => {
      const client = random.pickMaybe(cluster.clients)
      if (client === undefined) return undefined
      client.setReadInterval(random.fraction(50, 1_500))
      return { on: client.name, end: () => client.setReadInterval(0) }
    },
  },
]
