/** The HTML of the identity providers. They have a look of their own: one should see that one has left the app. */

const people = [
  { name: "Ada Lovelace", email: "ada@example.com" },
  { name: "Grace Hopper", email: "grace@example.com" },
]

const style = (color) => `
  :root { color-scheme: light dark; --brand: ${color}; font: 16px/1.5 system-ui, sans-serif }
  * { box-sizing: border-box }
  body { margin: 0; min-height: 100dvh; display: grid; place-items: center; padding: 1.5rem;
    background: light-dark(color-mix(in srgb, var(--brand) 8%, #fff), color-mix(in srgb, var(--brand) 10%, #111));
    color: light-dark(#1c1917, #f5f5f4) }
  main { width: min(100%, 24rem); padding: 2rem; border-radius: 4px; border-top: 6px solid var(--brand);
    background: light-dark(#fff, #1c1b1a); box-shadow: 0 1px 3px #0003, 0 12px 32px -12px #0004 }
  h1 { margin: 0 0 .25rem; font: 600 1.6rem/1.2 ui-serif, Georgia, serif }
  p { margin: 0 0 1.5rem; color: light-dark(#57534e, #a8a29e) }
  button, input { width: 100%; font: inherit; padding: .7rem .9rem; border-radius: 4px; border: 1px solid light-dark(#8a837d, #78716c);
    background: light-dark(#fff, #292524); color: inherit }
  button { cursor: pointer; text-align: left; margin-bottom: .5rem }
  button:hover { border-color: var(--brand) }
  button small { display: block; color: light-dark(#57534e, #a8a29e) }
  button.go { background: var(--brand); border-color: var(--brand); color: #fff; text-align: center; font-weight: 600; margin: 1rem 0 0 }
  :focus-visible { outline: 3px solid color-mix(in srgb, var(--brand) 60%, transparent); outline-offset: 2px }
  label { display: block; margin: .75rem 0 .25rem; font-size: .9rem; font-weight: 500 }
  hr { border: 0; border-top: 1px solid light-dark(#e7e5e4, #44403c); margin: 1.25rem 0 .5rem }`

const page = (title, color, content) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <title>${title}</title>
    <style>${style(color)}</style>
  </head>
  <body><main>${content}</main></body>
</html>`

export function loginPage(brand, interaction) {
  const action = `/${brand.id}/login/${interaction}`
  const choices = people.map(
    ({ name, email }) => `
      <form method="post" action="${action}">
        <input type="hidden" name="name" value="${name}">
        <button name="email" value="${email}">${name}<small>${email}</small></button>
      </form>`,
  )
  return page(
    `Log in to ${brand.name}`,
    brand.color,
    `<h1>${brand.name}</h1>
    <p>A local identity provider for this demo. It asks for no password: be whoever you like.</p>
    ${choices.join("")}
    <hr>
    <form method="post" action="${action}">
      <label for="name">Name</label><input id="name" name="name" autocomplete="off" required>
      <label for="email">Email</label><input id="email" name="email" type="email" autocomplete="off" required>
      <button class="go">Continue</button>
    </form>`,
  )
}

export const messagePage = (title, text) => page(title, "#57534e", `<h1>${title}</h1><p>${text}</p>`)
