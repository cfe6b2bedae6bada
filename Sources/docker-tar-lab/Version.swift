/// The version of the command (semver.org), as `-version` prints it and User-Agent names it.
let version = "0.1.0"
