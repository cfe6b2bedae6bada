/// Why a file that names images cannot be read, and in which line.
public struct ListFileError: Error, Hashable, Sendable {
    /// The line, counted from 1.
    public var line: Int
    /// What is wrong there.
    public var problem: Problem

    /// Joins the two.
    public init(line: Int, problem: Problem) {
        self.line = line
        self.problem = problem
    }

    /// What can be wrong.
    public enum Problem: Error, Hashable, Sendable {
        /// A text that is no image name; why.
        case name(String, ReferenceError)
        /// Tags stand behind a name that has one already.
        case tagTwice(String)
        /// A variable has no value; the message that the file gives for that, where it gives one.
        case unsetVariable(String, message: String?)
        /// A `${` that cannot be read.
        case substitution(String)
        /// The file has no `services`.
        case noServices
        /// Something other than this was expected.
        case expected(Expected)
        /// YAML that is not in order.
        case yaml(YAMLProblem)
    }

    /// What can be expected in a compose file.
    public enum Expected: Hashable, Sendable {
        /// A mapping, under this name.
        case mapping(String)
        /// A text, under this name.
        case text(String)
        /// A service of this name in the same file.
        case service(String)
    }
}

/// What can be wrong with a text as YAML, or is more of YAML than compose files need.
public enum YAMLProblem: Hashable, Sendable {
    /// A tab where indentation is.
    case tab
    /// A line that is indented as nothing around it is.
    case indentation
    /// A quotation, list or mapping that is never closed.
    case unclosed
    /// Something that has no meaning here.
    case unexpected(String)
    /// A key that occurs twice in a mapping.
    case duplicateKey(String)
    /// An alias of an anchor that is not there.
    case unknownAlias(String)
    /// A merge of what is no mapping.
    case merge
    /// A part of YAML that is not read here.
    case unsupported(String)
    /// Too deep, or too much.
    case tooLarge
}
