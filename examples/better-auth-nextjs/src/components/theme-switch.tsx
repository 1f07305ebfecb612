"use client"

import { MoonIcon } from "./icons"
import { useHydrated } from "./use-hydrated"

export type Theme = "light" | "dark"

export function ThemeSwitch() {
  const hydrated = useHydrated()

  function change() {
    const root = document.documentElement
    const dark = getComputedStyle(root).getPropertyValue("--is-dark") === "1"
    const theme: Theme = dark ? "light" : "dark"
    root.dataset.theme = theme
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`
  }

  return (
    <button
      type="button"
      className="icon-button"
      onClick={change}
      disabled={!hydrated}
      aria-label="Change between light and dark"
    >
      <MoonIcon />
    </button>
  )
}
