import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { parseMarkdown } from './markdown.ts'
import { blockElements } from './markdown-elements.ts'

const parseMsMax = 3_000

function htmlOf(text: string): string {
  return renderToStaticMarkup(
    blockElements(parseMarkdown(text), {
      isMe: (name) => name === 'ada',
      isHere: (href) => href.startsWith('https://here.example/#/'),
      code: (code) => createElement('pre', null, createElement('code', null, code)),
    }),
  )
}

const mayStand = new Set(
  'p br a code pre strong em del ul ol li blockquote hr span div table thead tbody tr th td'.split(
    ' ',
  ),
)
const attribute = / ([a-z-]+)="([^"]*)"/g

/**
 * React escapes `<`, `>`, `&` and quotes in whatever is written, so each `<` is that of an element;
 * what else it could be would be found here.
 */
function checkHarmless(text: string): void {
  const html = htmlOf(text)
  for (const [, closing, tag = '', attributes = ''] of html.matchAll(/<(\/?)([^\s/>]*)([^>]*)>/g)) {
    assert.ok(mayStand.has(tag), `${tag} from ${text}`)
    if (closing !== '') continue
    const left = attributes.replaceAll(attribute, (_, name: string, value: string) => {
      checkAttribute(name, value, text)
      return ''
    })
    assert.match(left, /^\/?$/, `${attributes} from ${text}`)
  }
  const text_ = html.replaceAll(/<[^>]*>/g, '')
  assert.doesNotMatch(text_, /[<>]/)
}

function checkAttribute(name: string, value: string, text: string): void {
  switch (name) {
    case 'href':
      return assert.match(value, /^(https?:\/\/|mailto:)/, text)
    case 'class':
      return assert.match(value, /^(mention( mine)?|heading|table)$/)
    case 'target':
      return assert.equal(value, '_blank')
    case 'rel':
      return assert.equal(value, 'noopener noreferrer nofollow')
    case 'start':
      return assert.match(value, /^\d+$/)
    default:
      assert.fail(`${name} from ${text}`)
  }
}

const payloads = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<details open ontoggle=alert(1)>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<style>*{background:url(javascript:alert(1))}</style>',
  '<b onmouseover=alert(1)>x</b>',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<form action="https://evil.example"><input name=password>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\tscript:alert(1))',
  '[x](java&#10;script:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x]( javascript:alert(1))',
  '[x](<javascript:alert(1)>)',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](file:///etc/passwd)',
  '[x](blob:https://example.org/1)',
  '[x](//evil.example)',
  '[x](/relative)',
  '[x](https://user:password@evil.example)',
  '[x](https://example.org" onmouseover="alert(1))',
  '[x](https://example.org "title\\" onmouseover=\\"alert(1)")',
  '![x](javascript:alert(1))',
  '![x](https://evil.example/pixel.gif)',
  '![x](https://example.org/x.png"onerror="alert(1))',
  '<javascript:alert(1)>',
  '<https://example.org/"onmouseover="alert(1)>',
  '[x]: javascript:alert(1)\n\n[x]',
  '[click][ref]\n\n[ref]: javascript:alert(1)',
  '```"><script>alert(1)</script>\ncode\n```',
  '```js onload=alert(1)\n</code></pre><script>alert(1)</script>\n```',
  '`</code><script>alert(1)</script>`',
  '| <img src=x onerror=alert(1)> |\n|---|\n| [x](javascript:alert(1)) |',
  '# <script>alert(1)</script>',
  '> <img src=x onerror=alert(1)>',
  '- <svg onload=alert(1)>',
  '1. [x](javascript:alert(1))',
  '[<img src=x onerror=alert(1)>](https://example.org)',
  '**<script>alert(1)</script>**',
  '@<script>alert(1)</script>',
  'https://example.org/<script>alert(1)</script>',
  'https://example.org/%22onmouseover=%22alert(1)',
  'www.example.org"onmouseover="alert(1)',
  'a@b.c"onmouseover="alert(1)',
  '\u2028<script>alert(1)</script>\u2029',
  '\u0000<script>alert(1)</script>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
]

test('none of the known ways to inject becomes more than text', () => {
  for (const payload of payloads) {
    checkHarmless(payload)
    checkHarmless(`before ${payload} after`)
    checkHarmless(`**${payload}**\n\n> ${payload}\n> ${payload}`)
  }
})

test('nothing that is put together of the pieces of Markdown and HTML does either', () => {
  const pieces = fc.constantFrom(
    ...['<', '>', '"', "'", '`', '```', '*', '**', '_', '~~', '[', ']', '(', ')', '!', '|', '\\'],
    ...['#', '- ', '1. ', '> ', '\n', '\n\n', ' ', '    ', '&', '&#', ';', ':', '//', '---', '@'],
    ...['javascript:', 'https://', 'www.', 'a', 'ada', '.org', 'onerror=', 'script', 'img src=x'],
    ...['[x](', '](', '<a ', '</', '<!--', '-->', '\u0000', '\u2028', '😀', 'א', '\u202e'],
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 60 }), (all) =>
      checkHarmless(all.join('')),
    ),
    { numRuns: 2_000 },
  )
})

test('[P8] what is nested or repeated without end is shown, and soon', () => {
  const hostile = [
    '>',
    '> ',
    '- ',
    '1. ',
    '[',
    '![',
    '*',
    '_a',
    '`',
    '<',
    '|',
    '**a*[`',
    'a.',
    '~a~~',
  ]
  for (const piece of hostile) {
    const text = piece.repeat(Math.ceil(16_384 / piece.length))
    const startedAt = performance.now()
    checkHarmless(text)
    const ms = performance.now() - startedAt
    assert.ok(ms < parseMsMax, `${piece}: ${ms} ms`)
  }
})

test('a link that looks like another address says where it leads', () => {
  assert.match(
    htmlOf('[bank.example](https://evil.example/x)'),
    /\(evil\.example\)$|\(evil\.example\)</,
  )
  assert.match(htmlOf('[https://a.example/y](https://evil.example)'), /\(evil\.example\)/)
  assert.doesNotMatch(htmlOf('https://a.example/x'), /\(a\.example\)/)
  assert.doesNotMatch(htmlOf('[the page](https://a.example)'), /\(/)
  assert.doesNotMatch(htmlOf('[www.a.example](https://a.example)'), /\(/)
})

test('what people write in a chat is shown as they mean it', () => {
  assert.equal(htmlOf('a\nb'), '<p>a<br/>b</p>')
  assert.equal(
    htmlOf('**b** *i* ~~s~~ `c`'),
    '<p><strong>b</strong> <em>i</em> <del>s</del> <code>c</code></p>',
  )
  assert.equal(htmlOf('title\n==='), '<p>title<br/>===</p>')
  assert.equal(htmlOf('    not code'), '<p>    not code</p>')
  assert.equal(
    htmlOf('hey @ada and a@b'),
    '<p>hey <span class="mention mine">@ada</span> and a@b</p>',
  )
  assert.equal(htmlOf('@bob.'), '<p><span class="mention">@bob</span>.</p>')
  assert.equal(htmlOf('- [x] done'), '<ul><li>☑ done</li></ul>')
  assert.equal(htmlOf('3. three'), '<ol start="3"><li>three</li></ol>')
  assert.equal(htmlOf('# big'), '<p class="heading">big</p>')
})

test('nothing that is visible is shown as nothing', () => {
  for (const text of ['0)', '1.', '```js', '```js\n```', '- [x]', '[a]: b', '| a |']) {
    assert.match(htmlOf(text).replaceAll(/<[^>]*>/g, ''), /[a-z0-9x☑]/, text)
  }
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 30 }), (text) => {
      if (!/[\p{L}\p{N}]/u.test(text)) return
      assert.notEqual(
        htmlOf(text)
          .replaceAll(/<[^>]*>/g, '')
          .trim(),
        '',
        text,
      )
    }),
    { numRuns: 1_000 },
  )
})

test('a link to a message of this very page opens here, any other in a tab of its own', () => {
  const here = 'https://here.example/#/r/7'
  assert.equal(htmlOf(here), `<p><a href="${here}">${here}</a></p>`)
  assert.match(htmlOf('https://here.example.evil.example/#/r/7'), / target="_blank" rel="noopener/)
})
