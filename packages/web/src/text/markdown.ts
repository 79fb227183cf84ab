/**
 * What people write, as a tree. Marked's lexer finds the Markdown; of its tokens only those below
 * are known, everything else is text as it was written. There is no HTML in it anywhere, neither as
 * input (tags are text) nor as output (the tree becomes elements, `markdown-elements.ts`).
 *
 * Left out, since in a chat they are accidents: headings underlined with `===`, code by
 * indentation, definitions of references. Images become links: a message loads nothing.
 */
import { Lexer, type Token, Tokenizer, type Tokens } from 'marked'
import { isMisleading, safeLink } from './links.ts'

/** What is longer, or nested deeper, is shown as it was written. */
const charactersMax = 40_000
const tooDeep = /^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])){17}/m

export type Inline =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'em' | 'del'; readonly parts: readonly Inline[] }
  | {
      readonly kind: 'link'
      readonly href: string
      readonly parts: readonly Inline[]
      /** Where it leads, when its text says something else. */
      readonly warning?: string
    }
  | { readonly kind: 'mention'; readonly text: string; readonly name: string }
  | { readonly kind: 'break' }

export type Block =
  | { readonly kind: 'paragraph'; readonly parts: readonly Inline[] }
  | { readonly kind: 'heading'; readonly parts: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string; readonly language: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list'
      /** Undefined: not numbered. */
      readonly start: number | undefined
      readonly items: readonly (readonly Block[])[]
    }
  | { readonly kind: 'rule' }
  | {
      readonly kind: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }

class ChatTokenizer extends Tokenizer {
  override lheading(): undefined {}
  override html(): undefined {}
  override tag(): undefined {}
  override def(): undefined {}
  override code(): undefined {}
}

const mention =
  /(?<![\p{L}\p{N}_@/.-])@([\p{L}\p{N}_](?:[\p{L}\p{N}\p{M}_.-]{0,30}[\p{L}\p{N}\p{M}_-])?)/gu

export function parseMarkdown(text: string): readonly Block[] {
  if (text.length > charactersMax || tooDeep.test(text)) return [plain(text)]
  const lexer = new Lexer({ gfm: true, breaks: true, tokenizer: new ChatTokenizer() })
  const blocks = lexer.lex(text).flatMap(blockOf)
  // Something like "[ ]: " alone: never show less than was written.
  return blocks.length === 0 && text !== '' ? [plain(text)] : blocks
}

function plain(text: string): Block {
  return { kind: 'paragraph', parts: [{ kind: 'text', text }] }
}

function blockOf(token: Token): readonly Block[] {
  switch (token.type) {
    case 'space':
      return []
    case 'code': {
      const { text, lang, raw } = token as Tokens.Code
      if (text.trim() === '') return [plain(raw)]
      return [{ kind: 'code', text, language: (lang ?? '').split(/\s/, 1)[0] ?? '' }]
    }
    case 'heading':
      return [{ kind: 'heading', parts: inlines(token.tokens) }]
    case 'blockquote':
      return [{ kind: 'quote', blocks: (token.tokens ?? []).flatMap(blockOf) }]
    case 'list': {
      const { ordered, start, items, raw } = token as Tokens.List
      // A number or a dash alone is what somebody wrote, not the beginning of a list.
      if (items.every(({ text }) => text.trim() === '')) return [plain(raw)]
      return [
        {
          kind: 'list',
          start: ordered ? Number(start) || 0 : undefined,
          items: items.map(itemOf),
        },
      ]
    }
    case 'hr':
      return [{ kind: 'rule' }]
    case 'table': {
      const { header, rows } = token as Tokens.Table
      const cells = (row: readonly Tokens.TableCell[]) => row.map(({ tokens }) => inlines(tokens))
      return [{ kind: 'table', head: cells(header), rows: rows.map(cells) }]
    }
    case 'checkbox':
      return [{ kind: 'paragraph', parts: inlineOf(token) }]
    case 'paragraph':
    case 'text': {
      const { tokens } = token as Tokens.Paragraph | Tokens.Text
      return [{ kind: 'paragraph', parts: inlines(tokens ?? [token]) }]
    }
    default:
      return [plain(token.raw)]
  }
}

/** The box of a task stands in the line that it begins. */
function itemOf({ tokens }: Tokens.ListItem): readonly Block[] {
  const blocks = tokens.flatMap(blockOf)
  const [first, second, ...rest] = blocks
  const isTask = tokens[0]?.type === 'checkbox'
  if (!isTask || first?.kind !== 'paragraph' || second?.kind !== 'paragraph') return blocks
  return [{ kind: 'paragraph', parts: [...first.parts, ...second.parts] }, ...rest]
}

function inlines(tokens: readonly Token[] | undefined): readonly Inline[] {
  return (tokens ?? []).flatMap(inlineOf)
}

function inlineOf(token: Token): readonly Inline[] {
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return [{ kind: token.type, parts: inlines(token.tokens) }]
    case 'codespan':
      return [{ kind: 'code', text: (token as Tokens.Codespan).text }]
    case 'br':
      return [{ kind: 'break' }]
    case 'escape':
      return [{ kind: 'text', text: (token as Tokens.Escape).text }]
    case 'link':
    case 'image':
      return linkOf(token as Tokens.Link)
    case 'checkbox':
      return [{ kind: 'text', text: (token as Tokens.Checkbox).checked ? '☑ ' : '☐ ' }]
    case 'text':
      if (token.tokens !== undefined) return inlines(token.tokens)
      return withMentions((token as Tokens.Text).text)
    default:
      return [{ kind: 'text', text: token.raw }]
  }
}

/** The text as it was written, where the address is none that a message may lead to. */
function linkOf({ href, text, tokens, raw }: Tokens.Link): readonly Inline[] {
  const link = safeLink(href)
  if (link === undefined) return [{ kind: 'text', text: raw }]
  const parts: readonly Inline[] =
    text.trim() === '' ? [{ kind: 'text', text: link.host }] : inlines(tokens)
  const linked = { kind: 'link', href: link.href, parts: withoutLinks(parts) } as const
  return [isMisleading(text, link) ? { ...linked, warning: link.host } : linked]
}

/** A link in a link leads nowhere of its own. */
function withoutLinks(parts: readonly Inline[]): readonly Inline[] {
  return parts.flatMap((part): readonly Inline[] => {
    if (part.kind === 'link') return part.parts
    if (part.kind === 'mention') return [{ kind: 'text', text: part.text }]
    return 'parts' in part ? [{ ...part, parts: withoutLinks(part.parts) }] : [part]
  })
}

function withMentions(text: string): readonly Inline[] {
  const parts: Inline[] = []
  let from = 0
  for (const match of text.matchAll(mention)) {
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) })
    parts.push({ kind: 'mention', text: match[0], name: match[1]! })
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) })
  return parts
}
