/**
 * Import this first where a page's security policy forbids `eval`: the parsers then do not even try
 * to compile themselves, which the browser would report as a violation.
 */
import { config } from 'zod/mini'

config({ jitless: true })
