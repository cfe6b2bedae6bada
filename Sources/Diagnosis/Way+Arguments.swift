internal import LabNet

extension Way {
    /// What the command line says for it besides the action and the image: `-lab -network ip4`; nothing for an ordinary pull.
    /// The hello that lab mode has found is not among it: the automatic choice finds it again, and another one for a host
    /// that wants another.
    package var arguments: [String] {
        switch self {
        case .ordinary: []
        case .lab(_, let family): ["-lab"] + (family.map { ["-network", $0.rawValue] } ?? [])
        case .segmentSize(let size): ["-lab", "-mss", String(size)]
        case .family(let family): ["-network", family.rawValue]
        case .withoutProxy: ["-proxy", "none"]
        case .mirror(let mirror): ["-mirror", mirror]
        }
    }
}
