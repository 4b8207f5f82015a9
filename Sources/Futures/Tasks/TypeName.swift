// SPDX-License-Identifier: Apache-2.0
// Names of types by which another process of the same program finds them.

internal import Synchronization

/// The names under which types travel: the runtime's mangled names.
package enum TypeName {
    /// The name of a type, if a process that runs the same program can find the type by it; each type is checked once.
    ///
    /// - Throws: ``ExecutorError`` with code `typeNotShippable` if the type, or one that it is made of, is `private`, `fileprivate`
    ///   or local to a function.
    package static func shippable<T>(_ type: T.Type) throws(ExecutorError) -> String {
        try shippable(erased: type)
    }

    /// The name of a type that is only known at run time.
    package static func shippable(erased type: any Any.Type) throws(ExecutorError) -> String {
        let key = ObjectIdentifier(type)
        if let known = names.withLock({ $0[key] }) { return try known.get() }
        let name = Result { () throws(ExecutorError) in try findName(of: type) }
        names.withLock { $0[key] = name }
        return try name.get()
    }

    /// The type of a name that came from another process; each name is looked up once.
    ///
    /// - Throws: ``ExecutorError`` with code `decodingFailed` if this process has no such type.
    package static func resolve(_ name: String) throws(ExecutorError) -> any Any.Type {
        if let known = types.withLock({ $0[name] }) { return known }
        guard let type = _typeByName(name) else {
            throw ExecutorError(
                .decodingFailed,
                "This process has no type with the mangled name '\(name)'. Start all processes from the same executable file."
            )
        }
        types.withLock { $0[name] = type }
        return type
    }

    /// The task type of a name that came from another process.
    ///
    /// - Throws: ``ExecutorError`` with code `decodingFailed` if this process has no such type, or if it isn't a ``RemoteTask``.
    package static func resolveTask(_ name: String) throws(ExecutorError) -> any RemoteTask.Type {
        if let known = tasks.withLock({ $0[name] }) { return known }
        let type = try resolve(name)
        guard let task = type as? any RemoteTask.Type else {
            throw ExecutorError(.decodingFailed, "The type \(type) was sent as a task, and isn't a RemoteTask.")
        }
        tasks.withLock { $0[name] = task }
        return task
    }

    private static func findName(of type: any Any.Type) throws(ExecutorError) -> String {
        if let name = _mangledTypeName(type), let found = _typeByName(name), found == type { return name }
        let hidden = hiddenTypes(in: String(reflecting: type))
        let culprits = hidden.isEmpty ? "'\(type)'" : hidden.map { "'\($0)'" }.joined(separator: " and ")
        let place = hidden.isEmpty || hidden == ["\(type)"] ? "" : " (in '\(type)')"
        throw ExecutorError(
            .typeNotShippable,
            "Another process can't find the type \(culprits)\(place) by name, because it is private, fileprivate or local to a "
                + "function. Make it internal (write neither private nor fileprivate), outside of any function; so, too, "
                + "the types that it lies in.")
    }

    /// The names that follow the runtime's mark for a context that has no name, in the order of their appearance.
    static func hiddenTypes(in reflected: String) -> [String] {
        var names: [String] = []
        var rest = reflected[...]
        while let mark = rest.firstRange(of: "(unknown context at ") {
            rest = rest[mark.upperBound...].drop { $0 != ")" }.dropFirst(2)
            let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            // The mark stands twice before a type that is local to a function.
            if !name.isEmpty && !names.contains(String(name)) { names.append(String(name)) }
        }
        return names
    }

    private static let names = Mutex<[ObjectIdentifier: Result<String, ExecutorError>]>([:])
    /// Names that were found; only those are kept, so that garbage can't fill it.
    private static let types = Mutex<[String: any Any.Type]>([:])
    private static let tasks = Mutex<[String: any RemoteTask.Type]>([:])
}
