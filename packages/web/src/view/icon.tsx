/** Line icons of one weight, on a grid of 20. They say nothing to screen readers. */
const paths = {
  room: 'M7.5 3.5 6 16.5M14 3.5l-1.5 13M3.5 7.5h13M3 12.5h13',
  private:
    'M5.5 9h9a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1ZM7 9V6.5a3 3 0 0 1 6 0V9',
  open: 'M5.5 9h9a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1ZM7 9V6a3 3 0 0 1 5.8-1',
  person: 'M10 10a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM3.8 17c.5-3.2 3-5 6.2-5s5.7 1.8 6.2 5',
  people:
    'M7.5 9.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM2 16.5c.4-2.9 2.6-4.5 5.5-4.5s5.1 1.6 5.5 4.5M13.4 4.2a2.8 2.8 0 0 1 0 5.2M15 12.3c1.7.6 2.8 2 3 4.2',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l4 4',
  info: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 9.2v4.3M10 6.6v.1',
  bell: 'M5 13.5c1-1.2 1.2-2.6 1.2-4.6a3.8 3.8 0 0 1 7.6 0c0 2 .2 3.4 1.2 4.6ZM8.4 16a1.8 1.8 0 0 0 3.2 0',
  quiet:
    'M5 13.5c1-1.2 1.2-2.6 1.2-4.6a3.8 3.8 0 0 1 7.6 0c0 2 .2 3.4 1.2 4.6ZM8.4 16a1.8 1.8 0 0 0 3.2 0M3.5 3.5l13 13',
  plus: 'M10 4v12M4 10h12',
  close: 'M5 5l10 10M15 5 5 15',
  more: 'M4.5 10h.1M10 10h.1M15.4 10h.1',
  back: 'M12.5 4.5 7 10l5.5 5.5',
  down: 'M10 4v12M5 11l5 5 5-5',
  up: 'M10 16V4M5 9l5-5 5 5',
  reply: 'M8 5 3.5 9.5 8 14M4 9.5h7a5 5 0 0 1 5 5v1',
  edit: 'M4 16l.8-3.4 8.6-8.6a1.6 1.6 0 0 1 2.3 0l.3.3a1.6 1.6 0 0 1 0 2.3L7.4 15.2 4 16Z',
  delete: 'M4 6h12M8 6V4.5h4V6M5.5 6l.7 10h7.6l.7-10M8.5 9v4.5M11.5 9v4.5',
  smile:
    'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7.2 11.8c.7 1 1.6 1.5 2.8 1.5s2.1-.5 2.8-1.5M7.6 8v.1M12.4 8v.1',
  send: 'M4 10 16.5 4 13 16.5 9.5 11 4 10ZM9.5 11l3.5-3.5',
  gear: 'M3.5 6h7M14.5 6h2M3.5 14h2M9.5 14h7M12.5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7.5 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  link: 'M8.5 11.5 11.5 8.5M9 6.5l2-2a3.2 3.2 0 0 1 4.5 4.5l-2 2M11 13.5l-2 2A3.2 3.2 0 0 1 4.5 11l2-2',
  copy: 'M7.5 7.5h8v8h-8ZM12.5 7.5v-3h-8v8h3',
  unread: 'M3.5 6h13v9h-13ZM3.5 6.5l6.5 5 6.5-5',
  warning: 'M10 3.5 17 16H3ZM10 8.5v3.2M10 13.8v.1',
  check: 'M4.5 10.5 8.5 14.5 15.5 6',
  clock: 'M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM10 6.5V10l2.5 1.5',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
