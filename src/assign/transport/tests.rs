//! Feasibility and cost against all flows of small instances, the exchanges of larger ones, and
//! what mixing promises.

use proptest::prelude::*;

use super::*;

fn arc(row: u32, column: u32, capacity: u64) -> Arc {
    Arc { row, column, capacity }
}

/// A class whose load is given.
fn exact(members: u64, load: u64) -> Node {
    Node { members, low: load, high: load, wanted: (load, load) }
}

/// Classes that review one another but not themselves, every pair of people once.
fn others_only(sizes: &[u64]) -> Vec<Arc> {
    let pairs = (0..).zip(sizes).flat_map(|g| (0..).zip(sizes).map(move |h| (g, h)));
    pairs.filter(|((g, _), (h, _))| g != h).map(|((g, m), (h, n))| arc(g, h, m * n)).collect()
}

/// Everybody gives and gets `reviews`, of and to other teams.
fn teams(sizes: &[u64], reviews: u64) -> (Vec<Node>, Vec<Arc>) {
    (sizes.iter().map(|&n| exact(n, n * reviews)).collect(), others_only(sizes))
}

/// The cost of a load by definition.
fn cost(node: &Node, load: u64) -> u64 {
    let beyond = load.saturating_sub(node.wanted.1) + node.wanted.0.saturating_sub(load);
    (1..=beyond).map(|unit| unit.div_ceil(node.members)).sum()
}

fn total_cost(rows: &[Node], columns: &[Node], loads: [&[u64]; 2]) -> u64 {
    let of = |nodes: &[Node], loads: &[u64]| {
        assert_eq!(nodes.len(), loads.len());
        nodes.iter().zip(loads).map(|(node, &load)| cost(node, load)).sum::<u64>()
    };
    of(rows, loads[0]) + of(columns, loads[1])
}

/// The least cost of all flows, by trying every one.
fn least_cost(rows: &[Node], columns: &[Node], arcs: &[Arc]) -> Option<u64> {
    fn search(
        (rows, columns): (&[Node], &[Node]),
        arcs: &[Arc],
        loads: &mut [Vec<u64>; 2],
        best: &mut Option<u64>,
    ) {
        let Some((arc, rest)) = arcs.split_first() else {
            let within = |nodes: &[Node], loads: &[u64]| {
                nodes.iter().zip(loads).all(|(node, load)| (node.low..=node.high).contains(load))
            };
            if within(rows, &loads[0]) && within(columns, &loads[1]) {
                let cost = total_cost(rows, columns, [&loads[0], &loads[1]]);
                *best = Some(best.map_or(cost, |best| best.min(cost)));
            }
            return;
        };
        let (row, column) = (arc.row as usize, arc.column as usize);
        let before = (loads[0][row], loads[1][column]);
        for amount in 0..=arc.capacity {
            loads[0][row] = before.0 + amount;
            loads[1][column] = before.1 + amount;
            search((rows, columns), rest, loads, best);
        }
        (loads[0][row], loads[1][column]) = before;
    }
    let mut best = None;
    let mut loads = [vec![0; rows.len()], vec![0; columns.len()]];
    search((rows, columns), arcs, &mut loads, &mut best);
    best
}

/// Whether a flow adds up and keeps capacities.
fn check_flow(flow: &Flow, arcs: &[Arc]) {
    assert_eq!(flow.amounts().len(), arcs.len());
    let mut rows = vec![0; flow.rows().len()];
    let mut columns = vec![0; flow.columns().len()];
    for (arc, &amount) in arcs.iter().zip(flow.amounts()) {
        assert!(amount <= arc.capacity, "{amount} on {arc:?}");
        rows[arc.row as usize] += amount;
        columns[arc.column as usize] += amount;
    }
    assert_eq!((rows.as_slice(), columns.as_slice()), (flow.rows(), flow.columns()));
}

fn check_bounds(flow: &Flow, rows: &[Node], columns: &[Node]) {
    let loads = flow.rows().iter().chain(flow.columns());
    for (node, load) in rows.iter().chain(columns).zip(loads) {
        assert!((node.low..=node.high).contains(load), "{load} of {node:?}");
    }
}

/// The sums of a cut, by its definition and from nothing else.
fn sums(cut: &Cut, rows: &[Node], columns: &[Node], arcs: &[Arc]) -> (u64, u64) {
    let (own, other) = match cut.side {
        Side::Rows => (rows, columns),
        Side::Columns => (columns, rows),
    };
    let demand = cut.short.iter().map(|&i| own[i as usize].low).sum();
    let whole: u64 = cut.whole.iter().map(|&i| other[i as usize].high).sum();
    let crossing = arcs.iter().filter(|arc| {
        let (own, other) = match cut.side {
            Side::Rows => (arc.row, arc.column),
            Side::Columns => (arc.column, arc.row),
        };
        cut.short.contains(&own) && !cut.whole.contains(&other)
    });
    (demand, whole + crossing.map(|arc| arc.capacity).sum::<u64>())
}

fn check_cut(cut: &Cut, rows: &[Node], columns: &[Node], arcs: &[Arc]) {
    assert_eq!((cut.demand, cut.supply), sums(cut, rows, columns, arcs), "{cut:?}");
    assert!(cut.demand > cut.supply, "{cut:?}");
    assert!(cut.adds_up(rows, columns, arcs));
}

fn node(most: u64) -> impl Strategy<Value = Node> {
    (1..4_u64, prop::array::uniform4(0..=most)).prop_map(|(members, mut four)| {
        four.sort_unstable();
        let [low, from, to, high] = four;
        Node { members, low, high, wanted: (from, to) }
    })
}

type Instance = (Vec<Node>, Vec<Node>, Vec<Arc>);

/// At most three classes a side, loads up to `most`, and few enough flows to try them all.
fn small(most: u64) -> impl Strategy<Value = Instance> {
    let side = move || prop::collection::vec(node(most), 1..4);
    let capacities = prop::collection::vec((any::<bool>(), 0..=most.min(5)), 9);
    (side(), side(), capacities).prop_map(|(rows, columns, capacities)| {
        let pairs = (0..3).flat_map(|g| (0..3).map(move |h| (g, h)));
        let mut flows = 1;
        let mut arcs = Vec::new();
        for ((g, h), (allowed, capacity)) in pairs.zip(capacities) {
            let there = (g as usize) < rows.len() && (h as usize) < columns.len();
            // Three in four pairs are allowed.
            if there && (allowed || capacity % 2 == 1) && flows * (capacity + 1) <= 20_000 {
                flows *= capacity + 1;
                arcs.push(arc(g, h, capacity));
            }
        }
        (rows, columns, arcs)
    })
}

/// Up to eight classes a side with large amounts.
fn large() -> impl Strategy<Value = Instance> {
    let node = |(members, base, mut far): (u64, u64, [u64; 3])| {
        far.sort_unstable();
        let high = base * 2 + far[2];
        Node { members, low: base / 2, high, wanted: (base + far[0] / 8, base + far[1] / 8) }
    };
    let shape = (1..40_u64, 0..2000_u64, prop::array::uniform3(0..3000_u64));
    let side = move || prop::collection::vec(shape.clone().prop_map(node), 1..9);
    let capacities = prop::collection::vec((0..3_u8, 0..1500_u64), 64);
    (side(), side(), capacities).prop_map(|(rows, columns, capacities)| {
        let pairs = (0..8).flat_map(|g| (0..8).map(move |h| (g, h)));
        let arcs = pairs
            .zip(capacities)
            .filter(|((g, h), (kind, _))| {
                (*g as usize) < rows.len() && (*h as usize) < columns.len() && *kind > 0
            })
            .map(|((g, h), (_, capacity))| arc(g, h, capacity))
            .collect();
        (rows, columns, arcs)
    })
}

/// By node, rows first: whether one more unit can go from it to each other node, for free.
fn exchanges(flow: &Flow, arcs: &[Arc]) -> Vec<Vec<bool>> {
    let nodes = flow.rows().len() + flow.columns().len();
    let mut can = vec![vec![false; nodes]; nodes];
    for (arc, &amount) in arcs.iter().zip(flow.amounts()) {
        let (row, column) = (arc.row as usize, flow.rows().len() + arc.column as usize);
        can[row][column] = amount < arc.capacity;
        can[column][row] = amount > 0;
    }
    for via in 0..nodes {
        can[via][via] = true;
        for from in 0..nodes {
            for to in 0..nodes {
                can[from][to] |= can[from][via] && can[via][to];
            }
        }
    }
    can
}

/// What no exchange may improve: at `from` a row gives one more or a column lets go of one, at
/// `to` the other way round.
fn check_exchanges(flow: &Flow, rows: &[Node], columns: &[Node], arcs: &[Arc]) {
    let loads: Vec<u64> = flow.rows().iter().chain(flow.columns()).copied().collect();
    let nodes: Vec<&Node> = rows.iter().chain(columns).collect();
    let change = |i: usize, more: bool| {
        let (node, load) = (nodes[i], loads[i]);
        let next = if more { load + 1 } else { load.checked_sub(1)? };
        let price = |load| i64::try_from(cost(node, load)).unwrap();
        (node.low..=node.high).contains(&next).then(|| price(next) - price(load))
    };
    let can = exchanges(flow, arcs);
    for (from, to) in (0..nodes.len()).flat_map(|a| (0..nodes.len()).map(move |b| (a, b))) {
        if from == to || !can[from][to] {
            continue;
        }
        let (out, back) = (change(from, from < rows.len()), change(to, to >= rows.len()));
        if let (Some(out), Some(back)) = (out, back) {
            assert!(out + back >= 0, "one more from node {from} to node {to}: {out} + {back}");
        }
    }
}

/// Two nodes are of one component exactly where units can go both ways.
fn check_components(flow: &Flow, arcs: &[Arc]) {
    let mut network = Network::new(flow.rows().len(), flow.columns().len(), arcs);
    for (i, (arc, &amount)) in arcs.iter().zip(flow.amounts()).enumerate() {
        network.set(i, amount, (0, arc.capacity));
    }
    let component = network.components();
    let can = exchanges(flow, arcs);
    for (a, b) in (0..can.len()).flat_map(|a| (0..can.len()).map(move |b| (a, b))) {
        assert_eq!(component[a] == component[b], can[a][b] && can[b][a], "{a} and {b}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None, cases: 3000, ..ProptestConfig::default()
    })]

    #[test]
    fn the_least_cost_of_all_flows_is_found_or_a_cut((rows, columns, arcs) in small(6)) {
        match (transport(&rows, &columns, &arcs), least_cost(&rows, &columns, &arcs)) {
            (Ok(flow), Some(least)) => {
                check_flow(&flow, &arcs);
                check_bounds(&flow, &rows, &columns);
                let found = total_cost(&rows, &columns, [flow.rows(), flow.columns()]);
                prop_assert_eq!(found, least, "{:?}", flow);
                let mixed = spread(&arcs, &flow);
                check_flow(&mixed, &arcs);
                prop_assert_eq!((mixed.rows(), mixed.columns()), (flow.rows(), flow.columns()));
            }
            (Err(cut), None) => check_cut(&cut, &rows, &columns, &arcs),
            (found, least) => prop_assert!(false, "{found:?}, but the least cost is {least:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None, cases: 1000, ..ProptestConfig::default()
    })]

    #[test]
    fn no_exchange_pays_in_a_larger_flow((rows, columns, arcs) in large()) {
        match transport(&rows, &columns, &arcs) {
            Ok(flow) => {
                check_flow(&flow, &arcs);
                check_bounds(&flow, &rows, &columns);
                check_exchanges(&flow, &rows, &columns, &arcs);
                check_components(&flow, &arcs);
                let mixed = spread(&arcs, &flow);
                check_flow(&mixed, &arcs);
                prop_assert_eq!((mixed.rows(), mixed.columns()), (flow.rows(), flow.columns()));
                prop_assert_eq!(spread(&arcs, &mixed), mixed);
            }
            Err(cut) => check_cut(&cut, &rows, &columns, &arcs),
        }
    }

    /// Where every pair is allowed and capacities do not bind, p is row x column / total.
    #[test]
    fn a_spread_is_proportional_where_nothing_binds(
        rows in prop::collection::vec(0..4000_u64, 1..8),
        shares in prop::collection::vec(1..100_u64, 1..8),
    ) {
        let total: u64 = rows.iter().sum();
        let mut columns: Vec<u64> =
            shares.iter().map(|share| total * share / shares.iter().sum::<u64>()).collect();
        columns[0] += total - columns.iter().sum::<u64>();
        let pairs = (0..).take(rows.len()).flat_map(|g| (0..).take(columns.len()).map(move |h| (g, h)));
        let arcs: Vec<Arc> = pairs.map(|(g, h)| arc(g, h, total)).collect();
        let nodes = |loads: &[u64]| loads.iter().map(|&load| exact(1, load)).collect::<Vec<_>>();
        let flow = spread(&arcs, &transport(&nodes(&rows), &nodes(&columns), &arcs).unwrap());
        check_flow(&flow, &arcs);
        for (arc, &amount) in arcs.iter().zip(flow.amounts()) {
            let target = rows[arc.row as usize] * columns[arc.column as usize];
            prop_assert!((amount * total).abs_diff(target) <= total, "{amount} on {arc:?}");
        }
    }
}

/// Amounts from each class to each other one, five reviews each.
fn between(sizes: &[u64]) -> Vec<u64> {
    let (nodes, arcs) = teams(sizes, 5);
    let flow = transport(&nodes, &nodes, &arcs).unwrap();
    let mixed = spread(&arcs, &flow);
    check_flow(&mixed, &arcs);
    check_bounds(&mixed, &nodes, &nodes);
    mixed.amounts().to_vec()
}

#[test]
fn teams_that_leave_no_choice() {
    assert_eq!(between(&[50, 30, 20]), [150, 100, 150, 0, 100, 0]);
}

#[test]
fn too_large_a_team_is_a_cut() {
    let (nodes, arcs) = teams(&[60, 25, 15], 5);
    let cut = transport(&nodes, &nodes, &arcs).unwrap_err();
    check_cut(&cut, &nodes, &nodes, &arcs);
    // Its 60 members are to give 300 reviews, but the other 40 are to receive 200.
    let wanted =
        Cut { side: Side::Rows, short: vec![0], whole: vec![1, 2], demand: 300, supply: 200 };
    assert_eq!(cut, wanted);
    assert!(!Cut { supply: 201, ..wanted.clone() }.adds_up(&nodes, &nodes, &arcs));
    assert!(!Cut { whole: vec![1], ..wanted.clone() }.adds_up(&nodes, &nodes, &arcs));
    assert!(!Cut { short: vec![1], ..wanted.clone() }.adds_up(&nodes, &nodes, &arcs));
    assert!(!Cut { short: vec![7], ..wanted.clone() }.adds_up(&nodes, &nodes, &arcs));
    assert!(!Cut { whole: vec![1, 7], ..wanted.clone() }.adds_up(&nodes, &nodes, &arcs));
    // One more review each could be given, but to nobody.
    let (nodes, arcs) = teams(&[50, 30, 20], 5);
    assert!(!wanted.adds_up(&nodes, &nodes, &arcs));
}

/// With three teams one number is free, t = what the second gives the third; at the greatest
/// entropy the two ways round the triangle have the same product.
#[test]
fn three_teams_are_spread_with_the_greatest_entropy() {
    for sizes in [[34_u32, 33, 33], [40, 30, 30], [45, 35, 20], [49, 26, 25]] {
        let [a, b, c] = sizes.map(|size| 5.0 * f64::from(size));
        let amounts = |t: f64| [a - c + t, c - t, b - t, t, a - b + t, b + c - a - t];
        let (mut low, mut high) = (0.0, c);
        for _ in 0..60 {
            let t = f64::midpoint(low, high);
            let [x12, x13, x21, x23, x31, x32] = amounts(t);
            let is_above = x32 <= 0.0 || x12 * x23 * x31 > x13 * x32 * x21;
            if is_above { high = t } else { low = t }
        }
        let found = between(&sizes.map(u64::from));
        for (&amount, expected) in found.iter().zip(amounts(low)) {
            assert!((amount as f64 - expected).abs() < 1.0, "{sizes:?}: {found:?}, {expected}");
        }
    }
}

#[test]
fn what_a_capacity_keeps_out_is_shared_by_the_others() {
    let nodes = [exact(6, 30); 3];
    let pairs = (0..3).flat_map(|g| (0..3).map(move |h| (g, h)));
    let arcs: Vec<Arc> =
        pairs.map(|(g, h)| arc(g, h, if (g, h) == (0, 0) { 4 } else { 36 })).collect();
    let flow = spread(&arcs, &transport(&nodes, &nodes, &arcs).unwrap());
    check_flow(&flow, &arcs);
    let [corner, side, centre] = [&[4][..], &[13], &[8, 9]];
    let expected = [corner, side, side, side, centre, centre, side, centre, centre];
    for (amount, expected) in flow.amounts().iter().zip(expected) {
        assert!(expected.contains(amount), "{flow:?}");
    }
}

/// Rows 2 and 3 fill columns 2 and 3, so rows 0 and 1 are left with 0 and 1 although they may give
/// to all (or columns 0 and 1 with 0 and 1, although they may get from all): proportional fitting
/// alone would take forever to find that out.
#[test]
fn arcs_without_a_choice_do_not_disturb_the_others() {
    let nodes = [exact(1, 20_000), exact(1, 10_000), exact(1, 20_000), exact(1, 10_000)];
    for is_of_rows in [true, false] {
        let may = |g: u32, h: u32| if is_of_rows { g < 2 || h > 1 } else { h < 2 || g > 1 };
        let pairs = (0..4).flat_map(|g| (0..4).map(move |h| (g, h))).filter(|&(g, h)| may(g, h));
        let capacity = |g, h| if (g, h) == (3, 3) { 3000 } else { 1 << 40 };
        let arcs: Vec<Arc> = pairs.map(|(g, h)| arc(g, h, capacity(g, h))).collect();
        let flow = spread(&arcs, &transport(&nodes, &nodes, &arcs).unwrap());
        check_flow(&flow, &arcs);
        for (arc, &amount) in arcs.iter().zip(flow.amounts()) {
            let expected = match (arc.row, arc.column) {
                (0, 0) => 13_333,
                (0, 1) | (1, 0) => 6667,
                (1, 1) => 3333,
                (2, 2) => 13_000,
                (2, 3) | (3, 2) => 7000,
                (3, 3) => 3000,
                _ => 0,
            };
            assert_eq!(amount, expected, "{arc:?}");
        }
    }
}

#[test]
fn columns_yield_before_rows_and_members_share() {
    let wants = |members, load| Node { members, low: 0, high: 100, wanted: (load, load) };
    let total = |row: Node, column: Node| {
        let flow = transport(&[row], &[column], &[arc(0, 0, 1000)]).unwrap();
        flow.amounts()[0]
    };
    // A unit costs 1 on either side, so all is for columns to bear, below as above.
    assert_eq!((total(wants(2, 10), wants(2, 12)), total(wants(2, 12), wants(2, 10))), (10, 12));
    // A band of columns, one of rows, and then columns again.
    assert_eq!((total(wants(2, 10), wants(2, 15)), total(wants(2, 15), wants(2, 10))), (12, 13));

    // 40 too many for 10 and 30 members; 50 for 20 and 30 that want anything up to 4 each.
    let row = |members, load| Node { high: 1000, ..wants(members, load) };
    let arcs: Vec<Arc> = (0..2).flat_map(|g| (0..2).map(move |h| arc(g, h, 1000))).collect();
    let columns = [exact(1, 240), exact(1, 0)];
    let flow = transport(&[row(100, 50), row(300, 150)], &columns, &arcs).unwrap();
    assert!(flow.rows()[0].abs_diff(60) <= 1, "{flow:?}");
    let columns = [20, 30].map(|n| Node { members: n, low: 0, high: 500, wanted: (0, 4 * n) });
    let flow = transport(&[exact(1, 20), exact(1, 30)], &columns, &arcs).unwrap();
    assert_eq!(flow.columns(), [20, 30]);
}

#[test]
fn nobody_and_nothing() {
    let empty = transport(&[], &[], &[]).unwrap();
    assert_eq!(empty, spread(&[], &empty));
    let idle = Node { members: 3, low: 0, high: 9, wanted: (2, 5) };
    let flow = transport(&[idle], &[idle], &[]).unwrap();
    assert_eq!((flow.rows(), flow.columns(), flow.amounts()), (&[0][..], &[0][..], &[][..]));
    assert_eq!(flow, spread(&[], &flow));
    let flow = transport(&[idle], &[idle], &[arc(0, 0, 0)]).unwrap();
    assert_eq!((flow.rows(), flow.amounts()), (&[0][..], &[0][..]));
    for (rows, columns) in [(vec![exact(1, 1)], vec![]), (vec![idle], vec![exact(1, 1)])] {
        let cut = transport(&rows, &columns, &[]).unwrap_err();
        check_cut(&cut, &rows, &columns, &[]);
        assert_eq!((cut.demand, cut.supply, cut.short.len()), (1, 0, 1));
    }
}

#[test]
fn no_limit_is_no_limit() {
    let free = |load| Node { members: 1, low: 0, high: u64::MAX, wanted: (load, load) };
    let arcs: Vec<Arc> = (0..3).flat_map(|g| (0..3).map(move |h| arc(g, h, u64::MAX))).collect();
    let (rows, columns) = ([exact(9, 900); 3], [free(1), free(2), free(300)]);
    let flow = transport(&rows, &columns, &arcs).unwrap();
    // 2397 units too many, 799 bands for everyone.
    assert_eq!(flow.columns(), [800, 801, 1099]);
    let flow = spread(&arcs, &flow);
    check_flow(&flow, &arcs);
    assert_eq!(flow.columns(), [800, 801, 1099]);
    let columns = [exact(9, 900); 4];
    let cut = transport(&rows, &columns, &arcs).unwrap_err();
    assert_eq!((cut.side, cut.demand, cut.supply), (Side::Columns, 900, 0));
    let cut = transport(&rows, &[exact(9, 2699), free(0), exact(2, 2)], &arcs).unwrap_err();
    assert_eq!((cut.side, cut.demand, cut.supply), (Side::Columns, 2701, 2700));
}

/// Five thousand sections of their own, and staff who help where a section is short.
#[test]
fn many_classes() {
    let count = 5000_u32;
    let sizes: Vec<u64> = (0..u64::from(count)).map(|i| 10 + i * i % 17).collect();
    let mut rows: Vec<Node> = sizes.iter().map(|&n| exact(n, 5 * n)).collect();
    let column = |&n: &u64| Node { members: n, low: 0, high: 20 * n, wanted: (5 * n, 5 * n) };
    let columns: Vec<Node> = sizes.iter().map(column).collect();
    let own: Vec<Arc> = (0..count).zip(&sizes).map(|(i, &n)| arc(i, i, n * (n - 1))).collect();
    let flow = transport(&rows, &columns, &own).unwrap();
    assert_eq!(flow.rows(), flow.columns());
    assert_eq!(flow, spread(&own, &flow));

    let total: u64 = sizes.iter().sum();
    rows.push(exact(2, total / 5));
    let arcs: Vec<Arc> = own.into_iter().chain((0..count).map(|i| arc(count, i, 10_000))).collect();
    let flow = transport(&rows, &columns, &arcs).unwrap();
    check_flow(&flow, &arcs);
    check_bounds(&flow, &rows, &columns);
    for (&n, &load) in sizes.iter().zip(flow.columns()) {
        assert!((load - 5 * n).abs_diff(n / 5) <= 1, "{load} for {n}");
    }
    rows[7] = exact(sizes[7], sizes[7] * sizes[7]);
    let cut = transport(&rows, &columns, &arcs).unwrap_err();
    check_cut(&cut, &rows, &columns, &arcs);
    // 25 are to give 625, but their section can take no more than 20 each.
    let wanted = Cut { side: Side::Rows, short: vec![7], whole: vec![7], demand: 625, supply: 500 };
    assert_eq!(cut, wanted);
}
