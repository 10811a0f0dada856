//! Jigsaws and pods.

use peergrade::{Jigsaw, Pods};

use super::case::{Area, Case};
use super::{ids, sizes};

pub(crate) const AREA: Area = Area::new("group", include_str!("group.txt"), cases);

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    sizes(|n, seed, name| {
        let jigsaw = Jigsaw::topics(3).form(n, seed).unwrap();
        all.push(Case::integers(format!("homes {name}"), ids(jigsaw.homes())));
        all.push(Case::integers(format!("experts {name}"), ids(jigsaw.experts())));
        all.push(Case::integers(
            format!("pods {name}"),
            ids(&Pods::within(3..=5).form(n, seed).unwrap()),
        ));
        all.push(Case::integers(
            format!("pairs {name}"),
            ids(&Pods::pairs().form(n, seed).unwrap()),
        ));
    });
    all
}
