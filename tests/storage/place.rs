//! Finding the store.

use icpctl::store::place::{
    Caution, Inputs, Origin, Place, Probe, Seen, SystemProbe, find, to_make,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Default)]
struct Fake(BTreeMap<PathBuf, Seen>);

impl Fake {
    fn with(mut self, path: &str, ours: bool, mode: u32, marked: bool) -> Self {
        let linked = false;
        self.0.insert(
            path.into(),
            Seen::Folder {
                ours,
                linked,
                mode,
                marked,
            },
        );
        self
    }
}

impl Probe for Fake {
    fn look(&self, path: &Path) -> Seen {
        self.0.get(path).copied().unwrap_or(Seen::Nothing)
    }
}

fn inputs() -> Inputs<'static> {
    Inputs {
        flag: None,
        env: None,
        config: None,
        current: Path::new("/home/u/tasks/deep"),
        data_home: None,
        home: Some(Path::new("/home/u")),
    }
}

fn found(folder: &str, origin: Origin) -> Place {
    Place::Found {
        folder: folder.into(),
        origin,
    }
}

#[test]
fn the_first_that_names_a_store_decides() {
    let probe = Fake::default()
        .with("/f", true, 0o700, true)
        .with("/e", true, 0o700, true)
        .with("/c/.icpctl", true, 0o700, true)
        .with("/home/u/tasks/.icpctl", true, 0o700, true)
        .with("/home/u/.local/share/icpctl", true, 0o700, true);
    let mut inputs = Inputs {
        flag: Some(Path::new("/f")),
        env: Some(Path::new("/e")),
        config: Some(Path::new("/c")),
        ..inputs()
    };
    assert_eq!(find(&inputs, &probe).0, found("/f", Origin::Flag));
    inputs.flag = None;
    assert_eq!(find(&inputs, &probe).0, found("/e", Origin::Env));
    inputs.env = Some(Path::new(""));
    assert_eq!(find(&inputs, &probe).0, found("/c/.icpctl", Origin::Config));
    inputs.config = None;
    assert_eq!(
        find(&inputs, &probe).0,
        found("/home/u/tasks/.icpctl", Origin::Upwards)
    );
    inputs.current = Path::new("/srv");
    assert_eq!(
        find(&inputs, &probe).0,
        found("/home/u/.local/share/icpctl", Origin::DataHome)
    );
    inputs.data_home = Some(Path::new("/data"));
    assert_eq!(
        find(&inputs, &probe).0,
        Place::Fresh {
            folder: "/data/icpctl".into()
        }
    );
    (inputs.data_home, inputs.home) = (Some(Path::new("relative")), None);
    assert_eq!(find(&inputs, &probe).0, Place::Nowhere);
}

#[test]
fn a_named_store_that_is_missing_is_not_replaced_by_another() {
    let probe = Fake::default().with("/home/u/tasks/.icpctl", true, 0o700, true);
    let inputs = Inputs {
        flag: Some(Path::new("none")),
        ..inputs()
    };
    let folder = PathBuf::from("/home/u/tasks/deep/none");
    assert_eq!(
        find(&inputs, &probe).0,
        Place::Missing {
            folder,
            origin: Origin::Flag
        }
    );
}

#[test]
fn a_folder_of_someone_else_is_passed_over_and_a_loose_one_warned_of() {
    let probe = Fake::default()
        .with("/home/u/tasks/.icpctl", false, 0o777, true)
        .with("/home/u/.icpctl", true, 0o755, true);
    let (place, cautions) = find(&inputs(), &probe);
    assert_eq!(place, found("/home/u/.icpctl", Origin::Upwards));
    assert_eq!(
        cautions,
        [
            Caution::Foreign {
                folder: "/home/u/tasks/.icpctl".into()
            },
            Caution::Loose {
                folder: "/home/u/.icpctl".into(),
                mode: 0o755
            },
        ]
    );
    assert!(cautions[1].message().en.contains("755"));
}

#[test]
fn init_makes_what_is_named_exactly_there() {
    let named = Inputs {
        env: Some(Path::new("/e")),
        ..inputs()
    };
    assert_eq!(to_make(&named, None), Path::new("/e"));
    assert_eq!(
        to_make(&named, Some(Path::new("x"))),
        Path::new("/home/u/tasks/deep/x/.icpctl")
    );
    assert_eq!(
        to_make(&inputs(), None),
        Path::new("/home/u/tasks/deep/.icpctl")
    );
}

#[cfg(unix)]
#[test]
fn the_system_tells_owner_mode_and_links() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    std::fs::create_dir(&store).unwrap();
    std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o750)).unwrap();
    std::fs::write(store.join("store.toml"), "").unwrap();
    let link = folder.path().join("link");
    symlink(&store, &link).unwrap();
    let seen = |linked| Seen::Folder {
        ours: true,
        linked,
        mode: 0o750,
        marked: true,
    };
    assert_eq!(SystemProbe.look(&store), seen(false));
    assert_eq!(SystemProbe.look(&link), seen(true));
    assert_eq!(SystemProbe.look(&store.join("store.toml")), Seen::Nothing);
}
