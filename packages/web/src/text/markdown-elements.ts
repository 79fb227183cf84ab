/**
 * The tree of a message as React elements. There is no HTML here and no attribute but those below,
 * so nothing that is written can become more than text in these elements.
 */
import { createElement, Fragment, type ReactNode } from 'react'
import type { Block, Inline } from './markdown.ts'

export interface ElementsOptions {
  /** Folded name of who reads, so that mentions of them stand out. */
  readonly isMe: (name: string) => boolean
  /** The address is of this very page: it opens here, not in a tab of its own. */
  readonly isHere: (href: string) => boolean
  /** Draws a piece of code; it may colour it later. */
  readonly code: (text: string, language: string) => ReactNode
}

const elsewhere = { target: '_blank', rel: 'noopener noreferrer nofollow' }

export function blockElements(blocks: readonly Block[], options: ElementsOptions): ReactNode {
  return blocks.map((block, key) => createElement(Fragment, { key }, blockElement(block, options)))
}

function blockElement(block: Block, options: ElementsOptions): ReactNode {
  switch (block.kind) {
    case 'paragraph':
      return createElement('p', null, inlineElements(block.parts, options))
    case 'heading':
      return createElement('p', { className: 'heading' }, inlineElements(block.parts, options))
    case 'code':
      return options.code(block.text, block.language)
    case 'quote':
      return createElement('blockquote', null, blockElements(block.blocks, options))
    case 'list': {
      const items = block.items.map((item, key) =>
        createElement('li', { key }, itemElements(item, options)),
      )
      if (block.start === undefined) return createElement('ul', null, items)
      return createElement('ol', block.start === 1 ? null : { start: block.start }, items)
    }
    case 'rule':
      return createElement('hr')
    case 'table':
      return tableElement(block, options)
  }
}

/** An item of one line stands without the paragraph around it. */
function itemElements(blocks: readonly Block[], options: ElementsOptions): ReactNode {
  return blocks.map((block, key) => {
    const isLine = block.kind === 'paragraph' && key === 0
    const content = isLine ? inlineElements(block.parts, options) : blockElement(block, options)
    return createElement(Fragment, { key }, content)
  })
}

function tableElement(
  { head, rows }: Extract<Block, { kind: 'table' }>,
  options: ElementsOptions,
): ReactNode {
  const cells = (tag: 'th' | 'td', row: readonly (readonly Inline[])[]) =>
    row.map((cell, key) => createElement(tag, { key }, inlineElements(cell, options)))
  const body = rows.map((row, key) => createElement('tr', { key }, cells('td', row)))
  return createElement(
    'div',
    { className: 'table' },
    createElement(
      'table',
      null,
      createElement('thead', null, createElement('tr', null, cells('th', head))),
      createElement('tbody', null, body),
    ),
  )
}

export function inlineElements(parts: readonly Inline[], options: ElementsOptions): ReactNode {
  return parts.map((part, key) => createElement(Fragment, { key }, inlineElement(part, options)))
}

function inlineElement(part: Inline, options: ElementsOptions): ReactNode {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code':
      return createElement('code', null, part.text)
    case 'strong':
    case 'em':
    case 'del':
      return createElement(part.kind, null, inlineElements(part.parts, options))
    case 'break':
      return createElement('br')
    case 'mention': {
      const className = options.isMe(part.name) ? 'mention mine' : 'mention'
      return createElement('span', { className }, part.text)
    }
    case 'link':
      return [
        createElement(
          'a',
          { key: 'link', href: part.href, ...(options.isHere(part.href) ? {} : elsewhere) },
          inlineElements(part.parts, options),
        ),
        part.warning === undefined ? '' : ` (${part.warning})`,
      ]
  }
}
