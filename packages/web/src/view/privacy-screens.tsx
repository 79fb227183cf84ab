/** The dialogs of encryption and its part of the settings, loaded when one is opened. */
import { lazy, Suspense } from 'react'
import type { PrivacyDialog } from '../model/ui-state.ts'

const LazyDialog = lazy(async () => {
  const { PrivacyDialogs } = await import('./privacy/privacy-dialogs.tsx')
  return { default: PrivacyDialogs }
})

const LazySection = lazy(async () => {
  const { PrivacySection } = await import('./privacy/privacy-section.tsx')
  return { default: PrivacySection }
})

export function PrivacyScreen({ dialog }: { readonly dialog: PrivacyDialog }) {
  return (
    <Suspense fallback={null}>
      <LazyDialog dialog={dialog} />
    </Suspense>
  )
}

/** What is below it stays where it is while it is loaded. */
export function PrivacySettings() {
  return (
    <Suspense fallback={<section className="privacy-section" />}>
      <LazySection />
    </Suspense>
  )
}
