/**
 * The live picture of the cluster. The front-end tells how it is; this page draws it, and says so
 * when the front-end itself does not answer.
 */
import { drawCards, keep, set } from './cards.js'
import { drawFlows } from './flows.js'
import { Happenings } from './happenings.js'
import { kindOf, rate, reasonWords, sentenceOf } from './words.js'

const silenceMsMax = 1_500

const happenings = new Happenings(document.getElementById('happenings'))
let shown
let heardAtMs = performance.now()

function show(picture) {
  shown = picture
  heardAtMs = performance.now()
  document.body.classList.remove('silent')
  if (picture.from !== '') happenings.state(picture.from, { state: 'running', why: '' }, heardAtMs)
  happenings.picture(picture, heardAtMs)
  const { from, policy } = picture
  set(document.getElementById('sentence'), sentenceOf(picture))
  set(document.getElementById('from'), `as ${from} sees it · balanced by ${policy}`)
  document.body.dataset.kind = kindOf(picture)
  drawCards(picture)
  drawDecisions(picture)
  drawFlows(picture)
}

function drawDecisions({ decisions }) {
  const most = Math.max(1, ...decisions.map(({ total }) => total))
  const rows = decisions.slice(0, 8).map((one) => ({ ...one, name: one.reason }))
  keep(document.getElementById('decisions'), rows, {
    make: () => {
      const row = document.createElement('li')
      for (const name of ['reason', 'bar', 'count']) {
        const part = document.createElement('span')
        part.className = name
        row.append(part)
      }
      return row
    },
    draw: (row, { reason, total, perSecond }) => {
      set(row.querySelector('.reason'), reasonWords(reason))
      row.querySelector('.bar').style.setProperty('--share', `${total / most}`)
      set(row.querySelector('.count'), `${total.toLocaleString('en')} · ${rate(perSecond)}`)
    },
  })
}

function listen() {
  const pictures = new EventSource('/status/pictures')
  pictures.onmessage = ({ data }) => show(JSON.parse(data))
  pictures.onerror = () => {
    silent()
    // It tries again by itself, unless it was refused.
    if (pictures.readyState === EventSource.CLOSED) setTimeout(listen, 1_000)
  }
}

function silent() {
  if (shown === undefined || document.body.classList.contains('silent')) return
  document.body.classList.add('silent')
  const name = shown.from
  set(
    document.getElementById('sentence'),
    `${name} does not answer. Its clients go to another front-end, or wait for it.`,
  )
  happenings.state(name, { state: 'down', why: 'it does not answer' }, performance.now())
  const down = { state: 'down', why: 'it does not answer', flows: [] }
  shown = {
    ...shown,
    frontends: shown.frontends.map((it) => (it.name === name ? { ...it, ...down } : it)),
  }
  drawCards(shown)
  drawFlows(shown)
}

setInterval(() => {
  if (performance.now() - heardAtMs > silenceMsMax) silent()
}, 250)
addEventListener('resize', () => {
  if (shown !== undefined) drawFlows(shown)
})
listen()
