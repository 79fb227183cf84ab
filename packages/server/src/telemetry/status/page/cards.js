/** The cards: one for all clients, one for each front-end and backend, one for the log. */
import { amount, many, rate, stateKinds, stateWords } from './words.js'

/** Keeps the elements of `parent` in step with `items`, by their names. */
export function keep(parent, items, { make, draw }) {
  const known = new Map([...parent.children].map((child) => [child.dataset.name, child]))
  for (const item of items) {
    const card = known.get(item.name) ?? make(item)
    known.delete(item.name)
    card.dataset.name = item.name
    parent.append(card)
    draw(card, item)
  }
  for (const gone of known.values()) gone.remove()
}

function element(tag, name, ...children) {
  const made = document.createElement(tag)
  if (name !== '') made.className = name
  made.append(...children)
  return made
}

function card() {
  const state = element('span', 'state')
  const head = element('div', 'head', element('strong', 'name'), element('span', 'badge'), state)
  return element('article', 'card', head, element('p', 'why'), element('dl', ''))
}

function write(made, { title, badge = '', state, why = '', facts }) {
  set(made.querySelector('.name'), title)
  set(made.querySelector('.badge'), badge)
  set(made.querySelector('.why'), why)
  const shown = made.querySelector('.state')
  set(shown, state === undefined ? '' : (stateWords[state] ?? state))
  made.dataset.kind = state === undefined ? 'plain' : (stateKinds[state] ?? 'unsure')
  const list = made.querySelector('dl')
  const rows = facts.map(([name, value]) => ({ name, value }))
  keep(list, rows, {
    make: () => element('div', '', element('dt', ''), element('dd', '')),
    draw: (row, { name, value }) => {
      set(row.querySelector('dt'), name)
      set(row.querySelector('dd'), value)
    },
  })
}

/** Only what changed is written, so that nothing is read out twice. */
export function set(shown, text) {
  if (shown.textContent !== text) shown.textContent = text
}

export function drawCards(picture) {
  const { clients, frontends, backends, log, engine } = picture
  const deliveries = frontends.reduce((sum, one) => sum + one.deliveriesPerSecond, 0)
  const everybody = { name: 'clients', clients, deliveries }
  keep(byId('clients'), [everybody], { make: card, draw: drawClients })
  keep(byId('frontends'), frontends, { make: card, draw: drawFrontend })
  keep(byId('backends'), backends, { make: card, draw: drawBackend })
  const books = { name: 'log', log, engine, backends }
  keep(byId('log'), [books], { make: logCard, draw: drawLog })
}

function byId(id) {
  return document.getElementById(id)
}

function drawClients(made, { clients, deliveries }) {
  made.classList.add('crowd')
  const facts = [['messages delivered', rate(deliveries)]]
  write(made, { title: many(clients, 'client'), facts })
}

function drawFrontend(made, it) {
  const facts =
    it.state === 'running'
      ? [
          ['clients', amount(it.clients)],
          ['requests', rate(it.requestsPerSecond)],
          ...(it.waiting > 0 ? [['waiting', amount(it.waiting)]] : []),
        ]
      : []
  const why = it.state === 'running' ? it.address : `${it.address} · ${it.why}`
  write(made, { title: it.name, state: it.state, why, facts })
}

function drawBackend(made, it) {
  const isActive = it.state === 'active'
  const facts = isActive
    ? [
        ['clients', amount(it.clients)],
        ['requests', rate(it.requestsPerSecond)],
        ['feeds', amount(it.feeds)],
        ['answers in', it.latencyMs < 1 ? '<1 ms' : `${Math.round(it.latencyMs)} ms`],
      ]
    : []
  const why = isActive ? '' : it.why
  write(made, { title: it.name, badge: it.rank, state: it.state, why, facts })
}

function logCard() {
  const made = card()
  made.append(element('ol', 'lags'))
  return made
}

function drawLog(made, { log, engine, backends }) {
  const facts = [
    ['position', log.position.toLocaleString('en')],
    ...(log.recordsPerSecond === undefined ? [] : [['records', rate(log.recordsPerSecond)]]),
  ]
  write(made, { title: engine?.kind ?? 'the engine', badge: 'engine', facts })
  const near = Math.max(1, (log.recordsPerSecond ?? 0) / 2)
  const lags = backends.map(({ name, state, lag }) => ({
    name,
    // What a backend tells of itself is up to a quarter of a second old.
    say: state !== 'active' ? 'away' : lag <= near ? 'up to date' : `${amount(lag)} behind`,
    kind: stateKinds[state],
  }))
  const parts = (engine?.parts ?? []).map(({ name, state, why }) => ({
    name,
    say: why === '' ? state : `${state}: ${why}`,
    kind: 'plain',
  }))
  keep(made.querySelector('.lags'), [...parts, ...lags], {
    make: () => element('li', '', element('span', 'who'), element('span', 'say')),
    draw: (row, { name, say, kind }) => {
      row.dataset.kind = kind
      set(row.querySelector('.who'), name)
      set(row.querySelector('.say'), say)
    },
  })
}
