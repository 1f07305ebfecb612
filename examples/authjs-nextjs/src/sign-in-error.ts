/** Auth.js names an error in the address of the sign-in page; this says it to a person. */
export function signInError(code: string | string[]) {
  switch (code) {
    case "Verification":
      return "This link has been used already, or it is too old. Ask for a new one."
    case "OAuthAccountNotLinked":
    case "AccountNotLinked":
      return "That login, or its email address, already belongs to an account here. Sign in the way you did before, then link it on the account page."
    case "AccessDenied":
      return "You do not have access."
    case "Configuration":
      return "The server could not do that. Its terminal says why."
    default:
      return "That did not work. Please try again."
  }
}
