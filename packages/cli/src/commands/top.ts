/** `starling top`: a live table of the front-ends and backends. */
import { parseArgs } from 'node:util'
import type { Config } from '@starling/server/config/config'
import { configOf, configOptions } from '../config-arguments.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { CommandSurroundings, RunCommand } from '../subcommand.ts'
import { type Picture, pictureOf } from '../top/picture.ts'
import { pictureLines } from '../top/picture-lines.ts'
import { type Sample, takeSample } from '../top/status.ts'
import { TopScreen } from '../top/top-screen.ts'

const lookMs = 1_000
/** Between the two looks of a single picture, so that it has rates. */
const onceMs = 500

export const run: RunCommand = async (args, surroundings) => {
  const options = {
    ...configOptions,
    once: { type: 'boolean' },
    json: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args: [...args], options })
  const config = configOf(values, surroundings)
  if (values.json && !values.once) return stream(config, surroundings)
  if (values.once || !process.stdout.isTTY) {
    return once(config, surroundings, values.json === true)
  }
  return live(config)
}

async function once(
  config: Config,
  { out }: CommandSurroundings,
  isJson: boolean,
): Promise<ExitCode> {
  const before = await takeSample(config)
  await pause(onceMs)
  const picture = pictureOf(config, await takeSample(config), before)
  if (isJson) out(JSON.stringify(picture))
  else {
    const columns = process.stdout.columns ?? 80
    for (const line of pictureLines(picture, { columns, isColoured: false })) out(line)
  }
  return isAnyUp(picture) ? exitCodes.done : exitCodes.failed
}

/** Until whoever reads it goes away. */
async function stream(config: Config, { out }: CommandSurroundings): Promise<never> {
  let before: Sample | undefined
  for (;;) {
    const now = await takeSample(config)
    out(JSON.stringify(pictureOf(config, now, before)))
    before = now
    await pause(lookMs)
  }
}

async function live(config: Config): Promise<ExitCode> {
  const screen = new TopScreen(process.stdout, process.stdin)
  let before: Sample | undefined
  let picture: Picture | undefined
  const draw = (): void => {
    if (picture === undefined) return
    const { NO_COLOR } = process.env
    const look = { columns: screen.columns, isColoured: NO_COLOR === undefined || NO_COLOR === '' }
    screen.show([...pictureLines(picture, look), '', 'q: leave'])
  }
  let isOver = false
  const over = screen.open(draw).then(() => {
    isOver = true
  })
  try {
    while (!isOver) {
      const now = await takeSample(config)
      picture = pictureOf(config, now, before)
      before = now
      if (!isOver) draw()
      await Promise.race([over, pause(lookMs)])
    }
  } finally {
    screen.close()
  }
  return exitCodes.done
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}

function isAnyUp({ frontends, backends }: Picture): boolean {
  return [...frontends, ...backends].some(({ state }) => state !== 'down')
}
