// SPDX-License-Identifier: Apache-2.0
// PETSc options that hold for one scope and are checked for spelling.

internal import CSLEPcSystem

/// Options for PETSc and SLEPc objects that are set up inside a scope.
///
/// A database of its own stands in for PETSc's global one, so nothing leaks from one solve into the next.
package enum ScopedOptions {
    /// Runs a body under options and tells which of them nobody asked for.
    ///
    /// - Parameters:
    ///   - options: Names without the leading dash (`"eps_ncv"`) and values; a switch has an empty value.
    ///   - body: What is set up under them.
    /// - Returns: The body's result, and the names of the options that no object used, sorted.
    package static func with<Result>(
        _ options: [String: String], _ body: () throws -> Result
    ) throws -> (result: Result, unused: [String]) {
        if options.isEmpty { return (try body(), []) }
        return try withHandle({ PetscOptionsCreate(&$0) }, destroy: { PetscOptionsDestroy(&$0) }) { database in
            for (name, value) in options {
                try check(PetscOptionsSetValue(database, "-\(name)", value.isEmpty ? nil : value))
            }
            try check(PetscOptionsPush(database))
            let outcome = Swift.Result { try body() }
            try check(PetscOptionsPop())
            let result = try outcome.get()
            var unused: [String] = []
            for name in options.keys.sorted() {
                // Unlike the call that sets an option, this one wants the name without its dash.
                var used = PETSC_FALSE
                try check(PetscOptionsUsed(database, name, &used))
                if used == PETSC_FALSE { unused.append(name) }
            }
            return (result, unused)
        }
    }
}
