/**
 * Colours of code. The grammars are loaded when there is code to show; until then, and for
 * languages that are not known, it stands without colours. The result is a tree of our own: pieces
 * of text with the names of their classes, which begin with `hljs-`.
 */
import { createElement, type ReactNode } from 'react'

export interface Highlighter {
  highlight(language: string, text: string): ReactNode
}

/** Longer code stands without colours: finding them would hold up the page. */
export const highlightedCharactersMax = 20_000

export async function loadHighlighter(): Promise<Highlighter> {
  const { lowlight } = await import('./grammars.ts')
  return {
    highlight(language, text) {
      if (text.length > highlightedCharactersMax || !lowlight.registered(language)) return text
      return lowlight.highlight(language, text).children.map(elementOf)
    },
  }
}

interface TreeNode {
  readonly type: string
  readonly value?: string
  readonly properties?: { readonly className?: unknown }
  readonly children?: readonly TreeNode[]
}

function elementOf(node: TreeNode, key: number): ReactNode {
  if (node.type === 'text') return node.value
  const names = node.properties?.className
  const className = Array.isArray(names) ? names.join(' ') : undefined
  return createElement('span', { key, className }, (node.children ?? []).map(elementOf))
}
