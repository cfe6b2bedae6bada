/// Why a command line was not understood, or asks for what does not go together. All end in exit code 2.
enum UsageError: Error, Hashable, Sendable {
    /// There is no such flag; the one that was probably meant.
    case unknownFlag(String, nearest: Flag?)
    /// A flag stands without its value, at the end or before this other flag.
    case missingValue(Flag, next: String?)
    /// A value cannot be read; what was expected in its place.
    case invalidValue(Flag, String, Sentence)
    /// Neither `-action` nor a word says what to do.
    case missingAction
    /// There is no such action; the one that was probably meant.
    case unknownAction(String, nearest: Action?)
    /// An action and a word that contradict each other.
    case twoActions(String, String)
    /// There is nothing to pull or list.
    case missingImage
    /// More than one image.
    case twoImages(String, String)
    /// There is no file to do this with.
    case missingFile(Action)
    /// Nothing says where the result goes.
    case missingOutput
    /// Nothing says where images are pushed to.
    case missingTarget
    /// A file of names cannot be read; its path, and why.
    case listFile(path: String, Sentence)
    /// The files of names hold none.
    case emptyList(String)
    /// One name is given to several images.
    case oneNameForSeveral
    /// One account is given for images of these two registries.
    case severalRegistries(String, String)
    /// An account for the destination stands without its password.
    case noTargetPassword
    /// A word that nothing is known to do with.
    case unexpectedWord(String)
    /// Two flags exclude each other.
    case conflict(String, String)
    /// A flag is of no use to this action.
    case foreignFlag(Flag, Action)
    /// A credential is given to a diagnosis, which sends none.
    case credentialForDiagnosis(Flag)
    /// A flag needs another one.
    case needs(Flag, String)
    /// A target of a diagnosis cannot be read.
    case invalidTarget(String)
    /// The image's name cannot be read; why.
    case invalidImage(String, Sentence)
    /// The user's list of resolvers cannot be read; its path, and why.
    case resolverFile(path: String, Sentence)
    /// The user's map of mirrors cannot be read; its path, and why.
    case mirrorFile(path: String, Sentence)
    /// A user name stands without any password.
    case noPassword
    /// An account for a host stands without its password, and its variable is not set.
    case noPasswordForHost(String, variable: String)
    /// `-password-stdin` found another number of lines than there are accounts.
    case passwordLines(expected: Int, found: Int)
    /// `-password-stdin` found no password.
    case noPasswordOnInput
    /// Whatever else the parser objects to, in its own words.
    case parser(String)
}
