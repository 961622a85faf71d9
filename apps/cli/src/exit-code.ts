/** What the program ends with. Scripts may rely on these numbers; `eros --help` lists them. */
export const EXIT = {
  ok: 0,
  /** The work could not be done; nothing, or only what is said, was changed. */
  failed: 1,
  /** The call itself was wrong: an unknown option, a date that is no Monday. Nothing was changed. */
  usage: 2,
  /** Done, but rows were not taken, creators failed, or the row of a breaker or a saga cannot be read; each is listed. */
  partial: 3,
  /** Ctrl-C or SIGTERM: what was done until then stays. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `Exit codes:
  0    done
  1    the work failed; the message says why and what to do
  2    wrong usage: unknown option, missing argument, a date that is no Monday
  3    done, but rows were not taken, creators failed, breakers or sagas are unreadable (all listed)
  130  interrupted by Ctrl-C or SIGTERM; what was done until then stays`;
