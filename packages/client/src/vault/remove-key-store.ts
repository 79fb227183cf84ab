/** Forgets all keys of a profile. What still has them open must let them go first. */
export function removeIndexedDbKeyStore(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
  })
}
