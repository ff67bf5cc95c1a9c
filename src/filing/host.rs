use serde::{Deserialize,Serialize};
#[derive(Clone,Debug,PartialEq,Eq,PartialOrd,Ord,Hash,Serialize,Deserialize)]
pub struct Host(String);
impl Host { pub fn parse(s:&str)->Result<Self,()>{Ok(Self(s.to_owned()))} }
impl std::fmt::Display for Host { fn fmt(&self,f:&mut std::fmt::Formatter<'_>)->std::fmt::Result{f.write_str(&self.0)} }
