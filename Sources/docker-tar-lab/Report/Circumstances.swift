/// What an error's words depend on besides the error: what was asked for, and how.
struct Circumstances: Hashable, Sendable {
    /// Pull or list.
    var action: Action
    /// The image as it was typed.
    var image: String
    /// Whether lab mode was on.
    var isLab = false
    /// Whether `-sni` left no choice of strategies.
    var hasChosenStrategy = false
    /// Whether a user name was given.
    var hasCredential = false
    /// Whether a mirror was asked in place of the registry.
    var hasMirror = false
    /// Whether connections may go through a proxy.
    var hasProxy = false
    /// Whether `-no-clobber` was given.
    var refusesToReplace = false
    /// Whether the archive went to standard output.
    var writesToOutput = false
    /// Whether a pull that is interrupted leaves something for the next one.
    var keepsContent = false
}
