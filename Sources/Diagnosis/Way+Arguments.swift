internal import LabNet

extension Way {
    /// What the command line says for it besides the action and the image: `-lab -sni records`; nothing for an ordinary pull.
    package var arguments: [String] {
        switch self {
        case .ordinary: []
        case .lab(let strategy, let family):
            ["-lab"] + (strategy.map { ["-sni", $0.spelling] } ?? [])
                + (family.map { ["-network", $0.rawValue] } ?? [])
        case .segmentSize(let size): ["-lab", "-mss", String(size)]
        case .family(let family): ["-network", family.rawValue]
        case .withoutProxy: ["-proxy", "none"]
        case .mirror(let mirror): ["-mirror", mirror]
        }
    }
}
