/**
 * The lines between the cards: a quiet one for each connection, and on it dots, the denser the more
 * flows, in four steps, so that they do not jump with every number. A connection to who is not there
 * is a dash.
 */
const svgNamespace = 'http://www.w3.org/2000/svg'
/** From so many a second on. */
const paces = [0.05, 2, 10, 50]

export function drawFlows(picture) {
  const svg = document.getElementById('flows')
  const area = svg.parentElement.getBoundingClientRect()
  svg.setAttribute('viewBox', `0 0 ${area.width} ${area.height}`)
  const isTall = getComputedStyle(svg.parentElement).flexDirection === 'column'
  const placeOf = (parent, name) => {
    const card = document.querySelector(`#${parent} > [data-name="${CSS.escape(name)}"]`)
    const box = card?.getBoundingClientRect()
    return box && { x: box.left - area.left, y: box.top - area.top, w: box.width, h: box.height }
  }
  const lines = linesOf(picture).flatMap((line) => {
    const from = placeOf(...line.from)
    const to = placeOf(...line.to)
    return from && to ? [{ ...line, path: pathBetween(from, to, line.shift, isTall) }] : []
  })
  draw(svg, lines)
}

function linesOf({ frontends, backends, log }) {
  const lines = []
  const connect = (name, [from, to], { isOpen, up, down = 0 }) => {
    lines.push({ name, from, to, kind: isOpen ? 'base' : 'shut', rate: 0, shift: 0 })
    if (!isOpen) return
    lines.push({ name: `${name} up`, from, to, kind: 'requests', rate: up, shift: -5 })
    lines.push({ name: `${name} down`, from: to, to: from, kind: 'feeds', rate: down, shift: 5 })
  }
  for (const it of frontends) {
    const own = ['frontends', it.name]
    const rates = { up: it.requestsPerSecond, down: it.deliveriesPerSecond }
    connect(it.name, [['clients', 'clients'], own], { isOpen: it.state === 'running', ...rates })
    const feeds = it.flows.reduce((sum, flow) => sum + flow.feeds, 0)
    for (const flow of it.flows) {
      const down = feeds === 0 ? 0 : (it.deliveriesPerSecond * flow.feeds) / feeds
      const { isOpen, requestsPerSecond: up } = flow
      connect(`${it.name} ${flow.backend}`, [own, ['backends', flow.backend]], { isOpen, up, down })
    }
  }
  const share = (log.recordsPerSecond ?? 0) / Math.max(1, backends.filter(isActive).length)
  for (const it of backends) {
    const up = Math.min(it.requestsPerSecond, share)
    connect(
      `${it.name} log`,
      [
        ['backends', it.name],
        ['log', 'log'],
      ],
      { isOpen: isActive(it), up },
    )
  }
  return lines
}

function isActive({ state }) {
  return state === 'active'
}

/** From edge to edge, leaving and arriving straight. */
function pathBetween(from, to, shift, isTall) {
  const isOnwards = isTall ? from.y < to.y : from.x < to.x
  const [first, last] = isOnwards ? [from, to] : [to, from]
  const a = isTall
    ? { x: first.x + first.w / 2 + shift, y: first.y + first.h }
    : { x: first.x + first.w, y: first.y + first.h / 2 + shift }
  const b = isTall
    ? { x: last.x + last.w / 2 + shift, y: last.y }
    : { x: last.x, y: last.y + last.h / 2 + shift }
  const [start, end] = isOnwards ? [a, b] : [b, a]
  const mid = isTall ? (start.y + end.y) / 2 : (start.x + end.x) / 2
  const bend = isTall ? `${start.x} ${mid} ${end.x} ${mid}` : `${mid} ${start.y} ${mid} ${end.y}`
  return `M${start.x} ${start.y}C${bend} ${end.x} ${end.y}`
}

function draw(svg, lines) {
  const known = new Map([...svg.children].map((path) => [path.dataset.name, path]))
  for (const { name, kind, rate, path } of lines) {
    const drawn = known.get(name) ?? document.createElementNS(svgNamespace, 'path')
    known.delete(name)
    drawn.dataset.name = name
    if (drawn.parentNode === null) svg.append(drawn)
    change(drawn, 'class', `flow ${kind}`)
    change(drawn, 'd', path)
    change(drawn, 'data-pace', `${paces.filter((pace) => rate >= pace).length}`)
  }
  for (const gone of known.values()) gone.remove()
}

/** An attribute that is set anew begins its animation anew. */
function change(drawn, name, value) {
  if (drawn.getAttribute(name) !== value) drawn.setAttribute(name, value)
}
