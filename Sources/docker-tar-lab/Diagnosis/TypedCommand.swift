internal import Diagnosis
internal import LabNet
internal import Puller

/// A way that works, as the very command to type.
struct TypedCommand: Sendable {
    /// The command's words.
    let words: [String]

    /// Puts the words together.
    ///
    /// - Parameter own: the user's own flags, which the diagnosis was made with.
    init(_ way: Way, to target: Target, with own: OwnFlags) {
        let said = way.arguments
        let settings = own.settings(in: Set(said))
        words = ["docker-tar-lab", "pull", Self.image(of: target)] + said + settings.flatMap(\.words)
    }

    /// The words as a shell takes them.
    var text: String { words.map(Self.quoted).joined(separator: " ") }

    /// The image that was asked for, or a place for its name where only the host is known.
    private static func image(of target: Target) -> String {
        switch target.kind {
        case .registry(_, let image?), .mirror(_, let image, _): image.familiar
        case .registry(let origin, nil), .host(let origin): "\(origin.authority)/NAME"
        }
    }

    /// A word in quotes where a shell would read it as something else (POSIX.1-2017 2.2.2).
    static func quoted(_ word: String) -> String {
        let isPlain = word.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "/", ":", "@", "=", ",", "+", "%": true
            default: false
            }
        }
        return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}

/// The flags of this run that a pull needs as well, for the diagnosis was made with them; none of them is a secret.
struct OwnFlags: Hashable, Sendable {
    /// Those for lab mode alone.
    var lab: [Setting] = []
    /// Those for any way.
    var common: [Setting] = []

    /// None.
    static let none = OwnFlags()

    /// A flag, and its value where it takes one.
    struct Setting: Hashable, Sendable {
        let flag: Flag
        var value: String?

        /// As it is typed.
        var words: [String] { [flag.spelling] + (value.map { [$0] } ?? []) }
    }

    /// Those that go with a way's own words: lab mode's with `-lab` alone, and none that the way has a word for itself.
    func settings(in said: Set<String>) -> [Setting] {
        (common + (said.contains(Flag.lab.spelling) ? lab : [])).filter { !said.contains($0.flag.spelling) }
    }
}
