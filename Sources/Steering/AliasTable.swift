/// Walker's alias method with Vose's construction, in whole numbers.
///
/// Of n members with weights w and sum S, each gets a cell of the same size S, and n·w units to put into
/// cells. A member with less than a cell fills its own up with units of one that has more, its *alias*.
/// Drawing is then a cell at random and one comparison, whatever n is: below the threshold it is the cell's
/// own member, else the alias.
///
///     weights 1 2 3:   ┌────────┬────────┬────────┐
///     S 6, units 3 6 9 │ 1 1 1  │ 2 2 2  │ 3 3 3  │
///                      │ 3 3 3  │ 2 2 2  │ 3 3 3  │
///                      └────────┴────────┴────────┘
///
/// A threshold is rounded down to a multiple of S / 2^64, and so is every probability within n / 2^64.
@safe
package struct AliasTable {
    /// First the weight of each member, in the end the threshold of its cell.
    let thresholds: UnsafeMutableBufferPointer<UInt64>
    /// The other member of each cell.
    let aliases: UnsafeMutableBufferPointer<UInt32>
    /// Members with less than a cell from the front, those with a cell or more from the back.
    let waiting: UnsafeMutableBufferPointer<UInt32>

    package init(
        thresholds: UnsafeMutableBufferPointer<UInt64>,
        aliases: UnsafeMutableBufferPointer<UInt32>, waiting: UnsafeMutableBufferPointer<UInt32>
    ) {
        unsafe self.thresholds = thresholds
        unsafe self.aliases = aliases
        unsafe self.waiting = waiting
    }

    /// Makes the table of the members whose weights, none 0, stand in `thresholds`.
    package func build(_ count: Int) {
        unsafe precondition(
            count > 0 && count <= thresholds.count && count <= aliases.count
                && count <= waiting.count, "too many members")
        var sum: UInt64 = 0
        for index in 0..<count { unsafe sum &+= thresholds[index] }
        var low = 0
        var high = count
        for index in 0..<count {
            let units = unsafe thresholds[index] &* UInt64(count)
            unsafe thresholds[index] = units
            unsafe aliases[index] = UInt32(truncatingIfNeeded: index)
            if units < sum {
                unsafe waiting[low] = UInt32(truncatingIfNeeded: index)
                low &+= 1
            } else {
                high &-= 1
                unsafe waiting[high] = UInt32(truncatingIfNeeded: index)
            }
        }
        // Each step settles one member.
        while low > 0, high < count {
            low &-= 1
            let small = unsafe Int(waiting[low])
            let large = unsafe Int(waiting[high])
            let units = unsafe thresholds[small]
            unsafe aliases[small] = UInt32(truncatingIfNeeded: large)
            unsafe thresholds[small] = sum.dividingFullWidth((units, 0)).quotient
            let rest = unsafe thresholds[large] &- (sum &- units)
            unsafe thresholds[large] = rest
            if rest < sum {
                high &+= 1
                unsafe waiting[low] = UInt32(truncatingIfNeeded: large)
                low &+= 1
            }
        }
        // What is left fills its cell exactly, and is its own alias.
        while high < count {
            unsafe thresholds[Int(waiting[high])] = .max
            high &+= 1
        }
    }
}
