/**
 * Keeps the page itself, so that it opens without a network; messages come from IndexedDB. The page
 * is asked of the network first and taken from here when that does not answer soon; files whose
 * names hold a hash never change and come from here. Each build has a cache of its own, and the
 * ones before are deleted when it takes over.
 *
 * `__SHELL__` becomes the list of files when the client is built.
 */
interface WorkerEvent extends Event {
  waitUntil(promise: Promise<unknown>): void
}

interface FetchEvent extends WorkerEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

interface NotificationEvent extends WorkerEvent {
  readonly notification: Notification
}

interface WindowClient {
  readonly url: string
  focus(): Promise<WindowClient>
  postMessage(message: unknown): void
}

interface Worker extends EventTarget {
  readonly location: Location
  readonly clients: {
    claim(): Promise<void>
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<WindowClient[]>
    openWindow(url: string): Promise<WindowClient | null>
  }
  skipWaiting(): Promise<void>
}

const worker = globalThis as unknown as Worker
const { version, files } = JSON.parse('__SHELL__') as { version: string; files: string[] }
const cacheName = `starling-${version}`
const pageMsMax = 2_000

worker.addEventListener('install', (event) => {
  ;(event as WorkerEvent).waitUntil(install())
})
worker.addEventListener('activate', (event) => {
  ;(event as WorkerEvent).waitUntil(activate())
})
worker.addEventListener('fetch', (event) => {
  const { request } = event as FetchEvent
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== worker.location.origin) return
  if (pathname === '/') (event as FetchEvent).respondWith(page(request))
  else if (files.includes(pathname)) (event as FetchEvent).respondWith(file(request))
})
worker.addEventListener('notificationclick', (event) => {
  const { notification } = event as NotificationEvent
  notification.close()
  ;(event as WorkerEvent).waitUntil(show(notification.data))
})

async function install(): Promise<void> {
  const cache = await caches.open(cacheName)
  await cache.addAll(files)
  await worker.skipWaiting()
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith('starling-') && name !== cacheName) await caches.delete(name)
  }
  await worker.clients.claim()
}

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName)
  const kept = await cache.match('/')
  try {
    const signal = kept === undefined ? null : AbortSignal.timeout(pageMsMax)
    const fresh = await fetch(request, { signal })
    if (fresh.ok && isPage(fresh)) return fresh
    return kept ?? fresh
  } catch (error) {
    // No network, or none that answers in time.
    if (kept === undefined) throw error
    return kept
  }
}

/** A front-end without the built client answers with a sentence. */
function isPage(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') ?? false
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName)
  return (await cache.match(request)) ?? fetch(request)
}

async function show(data: { readonly room: string; readonly index: number }): Promise<void> {
  const open = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const [first] = open
  if (first === undefined) {
    await worker.clients.openWindow(`/#/${data.room}/${data.index}`)
    return
  }
  await first.focus()
  first.postMessage({ kind: 'open', room: data.room, index: data.index })
}

export {}
