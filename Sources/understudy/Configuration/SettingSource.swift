/// Where the value of a setting comes from. A later case wins over an earlier one.
enum SettingSource: Equatable {
    case file(String)
    case environment
    case commandLine

    /// What a person has to change to change the setting.
    func name(of setting: Setting) -> String {
        switch self {
        case .file(let path): "\"\(setting.rawValue)\" in \(path)"
        case .environment: setting.variable
        case .commandLine: "--\(setting.rawValue)"
        }
    }
}
