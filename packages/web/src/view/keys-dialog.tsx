/** What the keys do. */
import { texts } from '../texts.ts'
import { Modal } from './modal.tsx'

export function KeysDialog() {
  return (
    <Modal title={texts.keysTitle} isWide>
      <div className="keys">
        {texts.keyMap.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, act]) => (
                <div key={key}>
                  <dt>
                    {key.split(' ').map((one) => (
                      <kbd key={one}>{one}</kbd>
                    ))}
                  </dt>
                  <dd>{act}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}
