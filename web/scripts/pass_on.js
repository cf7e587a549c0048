// The share sheet of a card's page, inline in it: a sheet that is closed or fails says nothing, and nothing is lost.
if(navigator.share)pass.hidden=0,pass.onclick=()=>navigator.share({title:document.title,url:document.querySelector("[rel=canonical]").href}).catch(()=>0)
