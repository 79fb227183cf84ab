/** Text as a picture to scan: dark on white in either theme; not every camera reads others. */
import { generate } from 'lean-qr'
import { useMemo } from 'react'

/** The standard's quiet zone. */
const quietPoints = 4

export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => drawn(text), [text])
  const all = size + 2 * quietPoints
  return (
    <svg className="qr-code" role="img" aria-label={label} viewBox={`0 0 ${all} ${all}`}>
      <rect width={all} height={all} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}

function drawn(text: string): { readonly size: number; readonly path: string } {
  const code = generate(text)
  let path = ''
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.get(x, y)) path += `M${x + quietPoints} ${y + quietPoints}h1v1h-1z`
    }
  }
  return { size: code.size, path }
}
