/** The part of the picture that shows the engine. */
import {
  bold,
  type Colour,
  type Column,
  cut,
  duration,
  headOf,
  type Look,
  number,
  painted,
  red,
  rowOf,
  size,
  text,
  whole,
  wrapped,
  yellow,
} from './drawing.ts'
import type { EnginePicture, EngineServerRow, NatsPicture } from './engine.ts'

/** Forty wide, so that a narrow terminal has all of them. */
const serverColumns: readonly Column<EngineServerRow>[] = [
  text('SERVER', 15, (row) => row.server),
  text('STATE', 11, (row) => row.state),
  number('LAG', 6, (row) => whole(row.lag)),
  number('HEARD', 8, heard),
]

const colours: { readonly [State in EngineServerRow['state']]: Colour | undefined } = {
  leader: undefined,
  current: undefined,
  'no replica': undefined,
  behind: yellow,
  unknown: yellow,
  'was leader': yellow,
  silent: red,
  offline: red,
}

function heard({ state, silentMs }: EngineServerRow): string {
  if (state === 'leader') return '-'
  return state === 'silent' && silentMs === undefined ? 'never' : duration(silentMs)
}

const factLinesMax = 6
const serveLinesMax = 3
const mark = 'ENGINE  '

export function engineLines(engine: EnginePicture, look: Look): readonly string[] {
  switch (engine.kind) {
    case 'sqlite': {
      const { file, bytes, position } = engine
      return facts(['sqlite', `position ${whole(position)}`, size(bytes), file], look)
    }
    case 'nats':
      return [...facts(natsFacts(engine), look), ...serverLines(engine, look)]
    default:
      return facts([engine.engine, 'no backend of this machine tells how it is'], look)
  }
}

function natsFacts(engine: NatsPicture): readonly string[] {
  const { stream, toldBy, ageMs, isOld, bytes, bytesMax } = engine
  const { head, records, appendsInFlight } = engine
  const share =
    bytesMax > 0 ? ` of ${size(bytesMax)} (${Math.floor((bytes / bytesMax) * 100)} %)` : ''
  return [
    `nats stream ${stream}`,
    leads(engine),
    `head ${head}`,
    `${whole(records)} records`,
    `${size(bytes)}${share}`,
    `${whole(appendsInFlight)} appends in flight`,
    `${isOld ? 'OLD: ' : ''}heard by ${toldBy} ${duration(ageMs)} ago`,
  ]
}

function leads({ leader, isOld }: NatsPicture): string {
  if (leader === undefined) return 'nobody leads'
  return isOld ? `no leader answers (was ${leader})` : `leader ${leader}`
}

function facts(parts: readonly string[], look: Look): readonly string[] {
  const listed = parts.map((part, at) => (at < parts.length - 1 ? `${part},` : part))
  const lines = wrapped(listed, { columns: look.columns, mark, linesMax: factLinesMax })
  return lines.map((line, at) => (at === 0 ? withBoldMark(line, look) : line))
}

function withBoldMark(line: string, look: Look): string {
  return painted(line.slice(0, mark.length), bold, look) + line.slice(mark.length)
}

/** The backends stand beside the server when they have room, else below. */
function serverLines({ servers }: NatsPicture, look: Look): readonly string[] {
  const { columns } = look
  const own = headOf(serverColumns)
  const serves = '  SERVES'
  const head = own.length + serves.length > columns ? own : own + serves
  return [
    painted(cut(head, columns), bold, look),
    ...servers.flatMap((row) => {
      const own = rowOf(serverColumns, row)
      const serves = row.serves.join(', ')
      const line = cut(`${own}  ${serves}`, columns)
      if (`${own}  ${serves}`.trimEnd().length <= columns) {
        return [painted(line, colours[row.state], look)]
      }
      const names = `serves ${serves}`.split(' ')
      return [
        painted(cut(own, columns), colours[row.state], look),
        ...wrapped(names, { columns, mark: '  └ ', linesMax: serveLinesMax }),
      ]
    }),
  ]
}
